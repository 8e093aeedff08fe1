using Counterfoil.Core.Verdicts;
using Counterfoil.DevChain.Transactions;
using Counterfoil.Evm;
using Counterfoil.Evm.Rlp;

namespace Counterfoil.DevChain;

/// <content>The options in bytes: an RLP list, the genesis accounts in the order of their addresses.</content>
public sealed partial record ChainOptions
{
    /// <summary>The options as bytes; equal options have equal bytes.</summary>
    public byte[] Encode()
    {
        var rlp = new RlpWriter();
        rlp.BeginList();
        rlp.Write((ulong)Fork);
        rlp.Write(ChainId);
        rlp.Write(GasLimit);
        rlp.Write(InitialBaseFee);
        rlp.Write(Coinbase);
        rlp.Write(Automine ? 1ul : 0);
        rlp.BeginList();
        foreach (var (address, balance) in Genesis.OrderBy(account => account.Key.ToWord()))
        {
            rlp.Write(address);
            rlp.Write(balance);
        }
        rlp.EndList();
        rlp.EndList();
        return rlp.ToArray();
    }

    /// <summary>Reads options.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> bytes, out ChainOptions? options)
    {
        options = null;
        var rlp = new RlpReader(bytes);
        rlp.BeginList();
        ulong fork = rlp.ReadUInt64();
        if (fork > (ulong)Fork.Osaka) rlp.Fail(DevChainChecks.Entry, "a fork that is known", $"{fork}");
        var read = new ChainOptions
        {
            Fork = (Fork)fork, ChainId = rlp.ReadUInt64(), GasLimit = rlp.ReadUInt64(), InitialBaseFee = rlp.ReadUInt256(), Coinbase = rlp.ReadAddress(), Automine = rlp.ReadUInt64() == 1,
        };
        if (read.GasLimit > LocalChain.MaxGasLimit) rlp.Fail(DevChainChecks.Entry, $"at most {LocalChain.MaxGasLimit} gas a block", $"{read.GasLimit}");
        var genesis = new Dictionary<Address, UInt256>();
        rlp.BeginList();
        while (rlp.HasMore)
        {
            var address = rlp.ReadAddress();
            genesis[address] = rlp.ReadUInt256();
        }
        rlp.EndList();
        rlp.EndList();
        var verdict = rlp.Finish();
        if (verdict.IsAccepted) options = read with { Genesis = genesis };
        return verdict;
    }
}
