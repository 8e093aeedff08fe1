using Counterfoil.Core.Digests;
using Counterfoil.DevChain.Execution;
using Counterfoil.DevChain.State;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.Transactions;

/// <summary>What a question supposes to be otherwise than it is: geth's overrides of state and block.</summary>
sealed record Supposition
{
    public static Supposition Nothing { get; } = new();

    /// <summary>Accounts as they are supposed to be.</summary>
    public IReadOnlyDictionary<Address, SupposedAccount> Accounts { get; init; } = new Dictionary<Address, SupposedAccount>();
    public ulong? Number { get; init; }
    public ulong? Timestamp { get; init; }
    public ulong? GasLimit { get; init; }
    public Address? Coinbase { get; init; }
    public Bytes32? PrevRandao { get; init; }
    public UInt256? BaseFee { get; init; }
    public UInt256? BlobBaseFee { get; init; }

    /// <summary>The state and block in which the question is then asked.</summary>
    public (StateSnapshot, BlockContext) Apply(StateSnapshot snapshot, BlockContext block) => (Apply(snapshot), block with
    {
        Number = Number ?? block.Number,
        Timestamp = Timestamp ?? block.Timestamp,
        GasLimit = GasLimit ?? block.GasLimit,
        Coinbase = Coinbase ?? block.Coinbase,
        PrevRandao = PrevRandao ?? block.PrevRandao,
        BaseFee = BaseFee ?? block.BaseFee,
        BlobBaseFee = BlobBaseFee ?? block.BlobBaseFee,
    });

    StateSnapshot Apply(StateSnapshot snapshot)
    {
        if (Accounts.Count == 0) return snapshot;
        var world = new World(snapshot);
        foreach (var (address, supposed) in Accounts)
        {
            var account = world[address];
            if (supposed.Balance is { } balance) world.SetBalance(account, balance);
            if (supposed.Nonce is { } nonce) world.SetNonce(account, nonce);
            if (supposed.Code is { } code) world.SetCode(account, code);
            if (supposed.ReplacesStorage) account.Storage = Trie<StorageValue>.Empty;
            foreach (var (slot, value) in supposed.Storage) world.SetStorage(account, slot, value);
            world.Touch(account);
        }
        world.EndChanges();
        return world.Commit();
    }
}

/// <summary>What an account is supposed to be; null leaves it as it is.</summary>
sealed record SupposedAccount(UInt256? Balance, ulong? Nonce, Code? Code, IReadOnlyDictionary<UInt256, UInt256> Storage, bool ReplacesStorage);
