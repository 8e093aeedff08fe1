using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log.Notes;

namespace Counterfoil.Log.Receipts;

/// <summary>What a receipt shows.</summary>
public enum ReceiptKind
{
    /// <summary>That a tree holds an entry (proof type −1).</summary>
    Inclusion = -1,

    /// <summary>That a tree continues an older one (proof type −2).</summary>
    Consistency = -2,
}

/// <summary>A proof of the log in COSE, for programs of that world: a COSE_Sign1 over a root, with the proof that leads there.</summary>
/// <remarks>
/// RFC 9942 §5: tag 18, protected {1: −19 (Ed25519), 4: key id, 395: 1 (RFC9162_SHA256)}, unprotected {396: {−1 or −2: [one proof]}}, payload
/// null: the root is detached, so that a verifier must compute it from the entry. Signed is the Sig_structure of RFC 9052 §4.4. Narrower than the
/// RFC: one proof, one key, these headers and no other, deterministic CBOR, so that no byte is free. A path is empty in a tree of one entry, where
/// the RFC's CDDL, read to the letter, has no receipt.
/// </remarks>
public sealed class CoseReceipt
{
    const int Algorithm = -19, AlgorithmLabel = 1, KeyIdLabel = 4, StructureLabel = 395, ProofsLabel = 396, Rfc9162Sha256 = 1;
    const byte TagSign1 = 0xd2; // 18
    const int MaxPath = 64, MaxBytes = 4096;

    static readonly CborLimits Limits = CborLimits.Default with { Bytes = MaxBytes };

    readonly byte[] signature;

    CoseReceipt(ReceiptKind kind, uint keyId, long first, long second, ImmutableArray<Sha256Digest> path, byte[] signature) =>
        (Kind, KeyId, First, Second, Path, this.signature) = (kind, keyId, first, second, path, signature);

    /// <summary>What it shows.</summary>
    public ReceiptKind Kind { get; }

    /// <summary>Which key signed: <see cref="VerifierKey.Id"/>, four bytes.</summary>
    public uint KeyId { get; }

    /// <summary>The size of the tree that was signed: of a receipt of consistency, the newer one.</summary>
    public long Size => Kind == ReceiptKind.Inclusion ? First : Second;

    /// <summary>The entry's place (inclusion).</summary>
    public long Index => Kind == ReceiptKind.Inclusion ? Second : throw new InvalidOperationException("a receipt of consistency has no index");

    /// <summary>The size of the older tree (consistency).</summary>
    public long OldSize => Kind == ReceiptKind.Consistency ? First : throw new InvalidOperationException("a receipt of inclusion has one size");

    /// <summary>The path of RFC 9162.</summary>
    public ImmutableArray<Sha256Digest> Path { get; }

    long First { get; }

    long Second { get; }

    /// <summary>Signs that the tree of <paramref name="checkpoint"/> holds the entry with <paramref name="leafHash"/> at <paramref name="index"/>.</summary>
    /// <exception cref="ArgumentException">The path does not lead to the checkpoint's root, or the checkpoint is another log's: nothing is signed that is not so.</exception>
    public static CoseReceipt OfInclusion(Checkpoint checkpoint, long index, Sha256Digest leafHash, ImmutableArray<Sha256Digest> path, NoteSigner log)
    {
        RequireOwn(checkpoint, log);
        if (InclusionProof.Verify(checkpoint.Root, checkpoint.Size, index, leafHash, path) is Verdict.Rejected { Reason: var reason }) throw new ArgumentException(reason.ToString(), nameof(path));
        return new(ReceiptKind.Inclusion, log.Key.Id, checkpoint.Size, index, path, log.SignBytes(SigStructure(log.Key.Id, checkpoint.Root)));
    }

    /// <summary>Signs that the tree of <paramref name="newer"/> continues that of <paramref name="older"/>, which is not empty.</summary>
    /// <exception cref="ArgumentException">It does not, or a checkpoint is another log's.</exception>
    public static CoseReceipt OfConsistency(Checkpoint older, Checkpoint newer, ImmutableArray<Sha256Digest> path, NoteSigner log)
    {
        ArgumentNullException.ThrowIfNull(older);
        RequireOwn(newer, log);
        if (ConsistencyProof.Verify(older.Size, older.Root, newer.Size, newer.Root, path) is Verdict.Rejected { Reason: var reason }) throw new ArgumentException(reason.ToString(), nameof(path));
        return new(ReceiptKind.Consistency, log.Key.Id, older.Size, newer.Size, path, log.SignBytes(SigStructure(log.Key.Id, newer.Root)));
    }

    /// <summary>The COSE_Sign1, tagged.</summary>
    public byte[] Encode()
    {
        var proof = new CborWriter();
        proof.BeginArray(3);
        proof.WriteUInt((ulong)First);
        proof.WriteUInt((ulong)Second);
        proof.BeginArray(Path.Length);
        foreach (var node in Path) proof.WriteBytes(node.ToArray());
        proof.EndArray();
        proof.EndArray();

        var sign1 = new CborWriter();
        sign1.BeginArray(4);
        sign1.WriteBytes(Protected(KeyId));
        sign1.BeginMap(1);
        sign1.WriteUInt(ProofsLabel);
        sign1.BeginMap(1);
        sign1.WriteInt((int)Kind);
        sign1.BeginArray(1);
        sign1.WriteBytes(proof.WrittenSpan);
        sign1.EndArray();
        sign1.EndMap();
        sign1.EndMap();
        sign1.WriteNull();
        sign1.WriteBytes(signature);
        sign1.EndArray();
        return [TagSign1, .. sign1.WrittenSpan];
    }

    /// <summary>Reads a receipt. Says nothing of what it shows: <see cref="VerifyInclusion"/> and <see cref="VerifyConsistency"/> do.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> bytes, out CoseReceipt? receipt)
    {
        receipt = null;
        if (bytes.IsEmpty || bytes[0] != TagSign1) return Verdict.Reject(LogChecks.ReceiptForm, "a COSE_Sign1 with its tag", bytes.IsEmpty ? "nothing" : $"a first byte of {bytes[0]:x2}");
        var reader = new CborReader(bytes[1..], Limits);
        reader.BeginArray(4, 4);
        uint keyId = 0;
        var header = new CborReader(reader.ReadBytes(64), Limits);
        header.BeginMap(3, 3);
        ReadLabel(ref header, AlgorithmLabel, Algorithm);
        Label(ref header, KeyIdLabel);
        var id = header.ReadBytes(4);
        if (id.Length == 4) keyId = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(id);
        else header.Fail(LogChecks.ReceiptForm, "a key id of 4 bytes", $"{id.Length}");
        ReadLabel(ref header, StructureLabel, Rfc9162Sha256);
        header.EndMap();
        var verdict = header.Finish();

        reader.BeginMap(1, 1);
        Label(ref reader, ProofsLabel);
        reader.BeginMap(1, 1);
        long kind = reader.ReadInt();
        if (kind is not ((int)ReceiptKind.Inclusion or (int)ReceiptKind.Consistency)) reader.Fail(LogChecks.ReceiptForm, "a proof of inclusion (-1) or of consistency (-2)", $"{kind}");
        reader.BeginArray(1, 1);
        var proof = new CborReader(reader.ReadBytes(MaxBytes), Limits);
        reader.EndArray();
        reader.EndMap();
        reader.EndMap();
        if (!reader.TryReadNull()) reader.Fail(LogChecks.ReceiptForm, "a detached root", "a payload");
        var signature = reader.ReadBytes(64).ToArray();
        reader.EndArray();
        if (verdict.IsAccepted) verdict = reader.Finish();
        if (!verdict.IsAccepted) return verdict;

        proof.BeginArray(3, 3);
        ulong first = proof.ReadUInt(), second = proof.ReadUInt();
        int nodes = proof.BeginArray(0, MaxPath);
        var path = ImmutableArray.CreateBuilder<Sha256Digest>(nodes);
        for (int i = 0; i < nodes; i++) path.Add(new Sha256Digest(proof.ReadBytes32()));
        proof.EndArray();
        proof.EndArray();
        if (first > long.MaxValue || second > long.MaxValue) proof.Fail(LogChecks.ReceiptForm, "sizes below 2^63", $"{first} and {second}");
        verdict = proof.Finish();
        if (verdict.IsAccepted) receipt = new((ReceiptKind)kind, keyId, (long)first, (long)second, path.DrainToImmutable(), signature);
        return verdict;
    }

    /// <summary>Verifies that the log of <paramref name="log"/> signed a tree that holds <paramref name="entry"/> at <see cref="Index"/>.</summary>
    /// <param name="entry">The entry's bytes.</param>
    /// <param name="log">The log's key.</param>
    /// <param name="root">The root that was signed, when accepted.</param>
    public Verdict VerifyInclusion(ReadOnlySpan<byte> entry, VerifierKey log, out Sha256Digest root)
    {
        ArgumentNullException.ThrowIfNull(log);
        root = default;
        if (Kind != ReceiptKind.Inclusion) return Verdict.Reject(LogChecks.ReceiptKind, "a receipt of inclusion", "one of consistency");
        var verdict = InclusionProof.RootOf(Size, Index, MerkleTree.LeafHash(entry), Path, out var computed).Then(() => VerifySignature(computed, log));
        if (verdict.IsAccepted) root = computed;
        return verdict;
    }

    /// <summary>Verifies that the log of <paramref name="log"/> signed a tree that continues the one of <see cref="OldSize"/> entries with <paramref name="oldRoot"/>.</summary>
    /// <param name="oldRoot">The older root, from a receipt or checkpoint that was verified.</param>
    /// <param name="newRoot">The newer root: it travels beside the receipt, because a proof of consistency, unlike one of inclusion, is checked against both.</param>
    /// <param name="log">The log's key.</param>
    public Verdict VerifyConsistency(Sha256Digest oldRoot, Sha256Digest newRoot, VerifierKey log)
    {
        ArgumentNullException.ThrowIfNull(log);
        if (Kind != ReceiptKind.Consistency) return Verdict.Reject(LogChecks.ReceiptKind, "a receipt of consistency", "one of inclusion");
        return VerifySignature(newRoot, log).Then(() => ConsistencyProof.Verify(OldSize, oldRoot, Size, newRoot, Path));
    }

    Verdict VerifySignature(Sha256Digest root, VerifierKey log)
    {
        if (KeyId != log.Id) return Verdict.Reject(LogChecks.ReceiptSigner, $"key id {log.Id:x8} of {log.Name}", $"{KeyId:x8}");
        return log.VerifyBytes(SigStructure(KeyId, root), signature) is Verdict.Rejected { Reason: var reason }
            ? Verdict.Reject(LogChecks.ReceiptSignature, $"a signature by {log.Name}+{log.Id:x8} of root {root}", reason.ToString()) : Verdict.Accept;
    }

    static byte[] Protected(uint keyId)
    {
        Span<byte> id = stackalloc byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(id, keyId);
        var header = new CborWriter();
        header.BeginMap(3);
        header.WriteUInt(AlgorithmLabel);
        header.WriteInt(Algorithm);
        header.WriteUInt(KeyIdLabel);
        header.WriteBytes(id);
        header.WriteUInt(StructureLabel);
        header.WriteUInt(Rfc9162Sha256);
        header.EndMap();
        return header.ToArray();
    }

    /// <summary>["Signature1", protected, no external data, payload]: cannot be mistaken for a note's text, whose first byte is no CBOR array.</summary>
    static byte[] SigStructure(uint keyId, Sha256Digest root)
    {
        var signed = new CborWriter();
        signed.BeginArray(4);
        signed.WriteText("Signature1");
        signed.WriteBytes(Protected(keyId));
        signed.WriteBytes([]);
        signed.WriteBytes(root.ToArray());
        signed.EndArray();
        return signed.ToArray();
    }

    static void Label(ref CborReader reader, ulong label)
    {
        ulong found = reader.ReadUInt();
        if (found != label) reader.Fail(LogChecks.ReceiptForm, $"label {label}", $"{found}");
    }

    static void ReadLabel(ref CborReader reader, ulong label, long value)
    {
        Label(ref reader, label);
        long found = reader.ReadInt();
        if (found != value) reader.Fail(LogChecks.ReceiptForm, $"{value} under label {label}", $"{found}");
    }

    static void RequireOwn(Checkpoint checkpoint, NoteSigner log)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(log);
        if (checkpoint.Origin != log.Key.Name) throw new ArgumentException($"'{log.Key.Name}' does not sign for '{checkpoint.Origin}'", nameof(checkpoint));
    }
}
