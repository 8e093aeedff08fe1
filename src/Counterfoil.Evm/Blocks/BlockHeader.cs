using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm.Rlp;

namespace Counterfoil.Evm.Blocks;

/// <summary>The header of a block, whose digest is the block's hash (yellow paper §4.3).</summary>
/// <remarks>
/// The last six fields came with later forks and are absent before them, each only where those after it are: London (EIP-1559), Shanghai (4895),
/// Cancun (4844, two fields; 4788), Prague (7685). A header costs nothing to make up; only its hash, pinned by someone trusted, makes it evidence.
/// </remarks>
public sealed record BlockHeader
{
    /// <summary>The longest <see cref="ExtraData"/>, in bytes.</summary>
    public const int MaxExtraData = 32;
    /// <summary>The longest header that is read, in bytes; real ones have about 600.</summary>
    public const int MaxLength = 1024;

    /// <summary>The Keccak-256 digest of the empty list: the ommers of every block since proof of stake.</summary>
    public static Keccak256Digest NoOmmers { get; } = Keccak256.Hash([0xc0]);

    /// <summary>The hash of the block before.</summary>
    public required Keccak256Digest ParentHash { get; init; }
    /// <summary>The digest of the list of ommers.</summary>
    public Keccak256Digest OmmersHash { get; init; } = NoOmmers;
    /// <summary>The account that receives the priority fees.</summary>
    public Address Beneficiary { get; init; }
    /// <summary>The root of the accounts after the block.</summary>
    public required Keccak256Digest StateRoot { get; init; }
    /// <summary>The root of the transactions by their index.</summary>
    public required Keccak256Digest TransactionsRoot { get; init; }
    /// <summary>The root of the receipts by their index.</summary>
    public required Keccak256Digest ReceiptsRoot { get; init; }
    /// <summary>The filter of all logs of the block.</summary>
    public Bloom LogsBloom { get; init; } = new();
    /// <summary>0 since proof of stake.</summary>
    public UInt256 Difficulty { get; init; }
    /// <summary>The number of ancestors.</summary>
    public required ulong Number { get; init; }
    /// <summary>The most gas the block may use.</summary>
    public required ulong GasLimit { get; init; }
    /// <summary>The gas its transactions used.</summary>
    public required ulong GasUsed { get; init; }
    /// <summary>Seconds since 1970-01-01 UTC.</summary>
    public required ulong Timestamp { get; init; }
    /// <summary>Up to 32 bytes of the builder's choice.</summary>
    public ReadOnlyMemory<byte> ExtraData { get; init; }
    /// <summary>The beacon chain's randomness of the previous slot (EIP-4399); the mix hash before.</summary>
    public Bytes32 PrevRandao { get; init; }
    /// <summary>The proof-of-work nonce; 0 since proof of stake.</summary>
    public ulong Nonce { get; init; }
    /// <summary>Wei that each unit of gas burns (London).</summary>
    public UInt256? BaseFeePerGas { get; init; }
    /// <summary>The root of the withdrawals (Shanghai).</summary>
    public Keccak256Digest? WithdrawalsRoot { get; init; }
    /// <summary>Blob gas used (Cancun).</summary>
    public ulong? BlobGasUsed { get; init; }
    /// <summary>Blob gas used above target so far (Cancun).</summary>
    public ulong? ExcessBlobGas { get; init; }
    /// <summary>The root of the parent beacon block (Cancun).</summary>
    public Bytes32? ParentBeaconBlockRoot { get; init; }
    /// <summary>The digest of requests to the consensus layer (Prague); SHA-256, not Keccak.</summary>
    public Bytes32? RequestsHash { get; init; }

    /// <summary>The hash of the block.</summary>
    public Keccak256Digest Hash => Keccak256.Hash(Encode());

    /// <summary>The consensus encoding.</summary>
    /// <exception cref="InvalidOperationException">A field of a later fork is present without one of an earlier.</exception>
    public byte[] Encode()
    {
        var rlp = new RlpWriter(640);
        rlp.BeginList();
        rlp.Write(ParentHash.Value);
        rlp.Write(OmmersHash.Value);
        rlp.Write(Beneficiary);
        rlp.Write(StateRoot.Value);
        rlp.Write(TransactionsRoot.Value);
        rlp.Write(ReceiptsRoot.Value);
        rlp.Write(LogsBloom.Bytes);
        rlp.Write(Difficulty);
        rlp.Write(Number);
        rlp.Write(GasLimit);
        rlp.Write(GasUsed);
        rlp.Write(Timestamp);
        rlp.Write(ExtraData.Span);
        rlp.Write(PrevRandao);
        Span<byte> nonce = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(nonce, Nonce);
        rlp.Write((ReadOnlySpan<byte>)nonce);
        WriteLaterFields(rlp);
        rlp.EndList();
        return rlp.ToArray();
    }

    void WriteLaterFields(RlpWriter rlp)
    {
        bool[] present = [BaseFeePerGas is not null, WithdrawalsRoot is not null, BlobGasUsed is not null, ExcessBlobGas is not null, ParentBeaconBlockRoot is not null, RequestsHash is not null];
        if (present.AsSpan(Math.Max(0, Array.IndexOf(present, false))).Contains(true) && present.Contains(false))
            throw new InvalidOperationException("a header has a field of a later fork without those of the forks before");
        if (BaseFeePerGas is { } fee) rlp.Write(fee);
        if (WithdrawalsRoot is { } withdrawals) rlp.Write(withdrawals.Value);
        if (BlobGasUsed is { } used) rlp.Write(used);
        if (ExcessBlobGas is { } excess) rlp.Write(excess);
        if (ParentBeaconBlockRoot is { } beacon) rlp.Write(beacon);
        if (RequestsHash is { } requests) rlp.Write(requests);
    }

    /// <summary>Reads the consensus encoding from a stranger.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> bytes, out BlockHeader? header)
    {
        header = null;
        var rlp = new RlpReader(bytes, MaxLength);
        rlp.BeginList();
        var read = new BlockHeader
        {
            ParentHash = new(rlp.ReadBytes32()),
            OmmersHash = new(rlp.ReadBytes32()),
            Beneficiary = rlp.ReadAddress(),
            StateRoot = new(rlp.ReadBytes32()),
            TransactionsRoot = new(rlp.ReadBytes32()),
            ReceiptsRoot = new(rlp.ReadBytes32()),
            LogsBloom = rlp.ReadExactly(Bloom.Size) is { Length: > 0 } bloom ? new Bloom(bloom) : new Bloom(),
            Difficulty = rlp.ReadUInt256(),
            Number = rlp.ReadUInt64(),
            GasLimit = rlp.ReadUInt64(),
            GasUsed = rlp.ReadUInt64(),
            Timestamp = rlp.ReadUInt64(),
            ExtraData = rlp.ReadBytes(MaxExtraData).ToArray(),
            PrevRandao = rlp.ReadBytes32(),
            Nonce = rlp.ReadExactly(8) is { Length: > 0 } nonce ? System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(nonce) : 0,
            BaseFeePerGas = rlp.HasMore ? rlp.ReadUInt256() : null,
            WithdrawalsRoot = rlp.HasMore ? new Keccak256Digest(rlp.ReadBytes32()) : null,
            BlobGasUsed = rlp.HasMore ? rlp.ReadUInt64() : null,
            ExcessBlobGas = rlp.HasMore ? rlp.ReadUInt64() : null,
            ParentBeaconBlockRoot = rlp.HasMore ? rlp.ReadBytes32() : null,
            RequestsHash = rlp.HasMore ? rlp.ReadBytes32() : null,
        };
        rlp.EndList();
        var verdict = rlp.Finish();
        if (verdict is Verdict.Rejected { Reason: var why })
            return Verdict.Reject(EvmChecks.HeaderEncoding, $"a block header ({why.Check}: {why.Expected})", why.Found);
        header = read;
        return verdict;
    }
}
