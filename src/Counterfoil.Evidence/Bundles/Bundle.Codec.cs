using System.Collections.Immutable;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Evidence.Bundles;

/// <summary>The bundle's one encoding: deterministic CBOR, laid out in <c>docs/evidence.md</c>. Map keys stand in CBOR's order, shorter first.</summary>
public sealed partial record Bundle
{
    static readonly CborLimits Limits = new() { Bytes = MaximumBytes, Depth = 8, Items = 500_000 };

    /// <summary>The bundle's bytes.</summary>
    public byte[] Encode()
    {
        var w = new CborWriter();
        w.BeginMap(6);
        w.WriteText("log");
        Write(w, Log);
        w.WriteText("keys");
        Write(w, Keys, static (w, key) => w.WriteBytes(key.ToSubjectPublicKeyInfo()));
        w.WriteText("blobs");
        Write(w, Blobs, static (w, blob) => w.WriteBytes(blob.Span));
        w.WriteText("links");
        Write(w, Links, Write);
        w.WriteText("chains");
        Write(w, Chains, Write);
        w.WriteText("version");
        w.WriteUInt(Version);
        w.EndMap();
        return w.ToArray();
    }

    /// <summary>Decodes a bundle, encodes it again and compares; checks limits and order. What it says is not believed yet.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="bundle">The bundle, when the verdict accepts.</param>
    public static Verdict Decode(ReadOnlyMemory<byte> bytes, out Bundle? bundle)
    {
        bundle = null;
        if (bytes.Length > MaximumBytes) return Verdict.Reject(EvidenceChecks.BundleLimits, $"at most {MaximumBytes} bytes", $"{bytes.Length} bytes");
        var r = new CborReader(bytes.Span, Limits);
        r.BeginMap(6, 6);
        r.ReadKey("log");
        var log = ReadLog(ref r);
        r.ReadKey("keys");
        var keys = ReadMany(ref r, 1, MaximumLinks, ReadPublicKey);
        r.ReadKey("blobs");
        var blobs = ReadMany(ref r, 0, MaximumBlobs, static (ref CborReader r) => ReadBlob(ref r, MaximumBlobBytes));
        r.ReadKey("links");
        var links = ReadMany(ref r, 1, MaximumLinks, (ref CborReader r) => ReadLink(ref r, log.Checkpoints.Length));
        r.ReadKey("chains");
        var chains = ReadMany(ref r, 0, MaximumChains, ReadChain);
        r.ReadKey("version");
        ulong version = r.ReadUInt();
        r.EndMap();
        if (!r.Failed && version != Version) r.Fail(EvidenceChecks.BundleVersion, $"version {Version}", $"version {version}");
        var verdict = r.Finish();
        if (!verdict.IsAccepted) return verdict;

        var read = new Bundle(keys, log, links, chains, blobs);
        verdict = read.CheckOrder();
        if (!verdict.IsAccepted) return verdict;
        int same = bytes.Span.CommonPrefixLength(read.Encode());
        if (same != bytes.Length) return Verdict.Reject(EvidenceChecks.BundleEncoding, "the canonical encoding", $"another at byte {same}");
        bundle = read;
        return Verdict.Accept;
    }

    /// <summary>One story has one bundle: everything that could be permuted or repeated stands in ascending order.</summary>
    Verdict CheckOrder()
    {
        if (!Ascending(Keys.Select(k => (ReadOnlyMemory<byte>)k.ToSubjectPublicKeyInfo()), Compare)) return Disorder("keys ascending by their encoding");
        if (!Ascending(Blobs.Select(b => Sha256.Hash(b.Span)), Comparer<Sha256Digest>.Default.Compare)) return Disorder("blobs ascending by SHA-256");
        if (!Ascending(Links.Select(l => l.Index), Comparer<long>.Default.Compare)) return Disorder("links ascending by log index");
        if (!Ascending(Chains.Select(c => c.Id), string.CompareOrdinal)) return Disorder("chains ascending by id");
        foreach (var chain in Chains)
        {
            if (!Ascending(chain.Receipts.Select(r => ((long)r.Header << 32) | (uint)r.Index), Comparer<long>.Default.Compare))
                return Disorder("receipts ascending by header and index");
            if (chain.Receipts.FirstOrDefault(r => r.Header >= chain.Headers.Length) is { } stray)
                return Verdict.Reject(EvidenceChecks.BundleOrder, $"a header below {chain.Headers.Length}", $"{stray.Header}");
        }
        return Verdict.Accept;
    }

    static Verdict Disorder(string expected) => Verdict.Reject(EvidenceChecks.BundleOrder, expected, "another order, or one twice");

    static bool Ascending<T>(IEnumerable<T> items, Comparison<T> compare) => items.Zip(items.Skip(1)).All(pair => compare(pair.First, pair.Second) < 0);

    static int Compare(ReadOnlyMemory<byte> a, ReadOnlyMemory<byte> b) => a.Span.SequenceCompareTo(b.Span);

    delegate T Read<T>(ref CborReader r);

    static ImmutableArray<T> ReadMany<T>(ref CborReader r, int least, int most, Read<T> read)
    {
        int count = r.BeginArray(least, most);
        var items = ImmutableArray.CreateBuilder<T>(Math.Min(count, 1024));
        for (int i = 0; i < count && !r.Failed; i++) items.Add(read(ref r));
        r.EndArray();
        return items.DrainToImmutable();
    }

    static PublicKey ReadPublicKey(ref CborReader r)
    {
        var bytes = r.ReadBytes(1024);
        if (!r.Failed && PublicKey.FromSubjectPublicKeyInfo(bytes, out var key) is var verdict)
        {
            if (key is not null) return key;
            var reason = ((Verdict.Rejected)verdict).Reason;
            r.Fail(reason.Check, reason.Expected, reason.Found);
        }
        return null!; // never seen: the reader has failed
    }

    static ReadOnlyMemory<byte> ReadBlob(ref CborReader r, int most) => r.ReadBytes(most).ToArray();

    static Sha256Digest ReadHash(ref CborReader r) => new(r.ReadBytes32());

    static BundledLog ReadLog(ref CborReader r)
    {
        r.BeginMap(2, 2);
        r.ReadKey("verifier");
        string verifier = r.ReadText(1024);
        r.ReadKey("checkpoints");
        var checkpoints = ReadMany(ref r, 1, MaximumCheckpoints, static (ref CborReader r) =>
        {
            r.BeginMap(2, 2);
            r.ReadKey("note");
            var note = ReadBlob(ref r, 1 << 20);
            r.ReadKey("consistency");
            var path = ReadMany(ref r, 0, MaximumPath, ReadHash);
            r.EndMap();
            return new BundledCheckpoint(note, path);
        });
        r.EndMap();
        return new BundledLog(verifier, checkpoints);
    }

    static BundledLink ReadLink(ref CborReader r, int checkpoints)
    {
        r.BeginMap(4, 4);
        r.ReadKey("path");
        var path = ReadMany(ref r, 0, MaximumPath, ReadHash);
        r.ReadKey("index");
        long index = r.ReadInt(0, long.MaxValue);
        r.ReadKey("envelope");
        var envelope = Envelope.ReadFrom(ref r);
        r.ReadKey("checkpoint");
        int checkpoint = (int)r.ReadInt(0, Math.Max(checkpoints, 1) - 1);
        r.EndMap();
        return new BundledLink(envelope, checkpoint, index, path);
    }

    static BundledChain ReadChain(ref CborReader r)
    {
        r.BeginMap(3, 3);
        r.ReadKey("id");
        string id = r.ReadText(64);
        r.ReadKey("headers");
        var headers = ReadMany(ref r, 1, MaximumHeaders, static (ref CborReader r) => ReadBlob(ref r, 1 << 14));
        r.ReadKey("receipts");
        var receipts = ReadMany(ref r, 0, MaximumReceipts, static (ref CborReader r) =>
        {
            r.BeginMap(4, 4);
            r.ReadKey("index");
            int index = (int)r.ReadInt(0, 1 << 20);
            r.ReadKey("header");
            int header = (int)r.ReadInt(0, MaximumHeaders - 1);
            r.ReadKey("receipt");
            var receipt = ReadMany(ref r, 1, MaximumPath, static (ref CborReader r) => ReadBlob(ref r, 1 << 20));
            r.ReadKey("transaction");
            var transaction = ReadMany(ref r, 1, MaximumPath, static (ref CborReader r) => ReadBlob(ref r, 1 << 20));
            r.EndMap();
            return new BundledReceipt(header, index, transaction, receipt);
        });
        r.EndMap();
        return new BundledChain(id, headers, receipts);
    }

    static void Write<T>(CborWriter w, ImmutableArray<T> items, Action<CborWriter, T> write)
    {
        w.BeginArray(items.Length);
        foreach (var item in items) write(w, item);
        w.EndArray();
    }

    static void WriteHash(CborWriter w, Sha256Digest hash) => w.WriteBytes(hash.ToArray());

    static void WriteNode(CborWriter w, ReadOnlyMemory<byte> node) => w.WriteBytes(node.Span);

    static void Write(CborWriter w, BundledLog log)
    {
        w.BeginMap(2);
        w.WriteText("verifier");
        w.WriteText(log.Verifier);
        w.WriteText("checkpoints");
        Write(w, log.Checkpoints, static (w, checkpoint) =>
        {
            w.BeginMap(2);
            w.WriteText("note");
            w.WriteBytes(checkpoint.Note.Span);
            w.WriteText("consistency");
            Write(w, checkpoint.Consistency, WriteHash);
            w.EndMap();
        });
        w.EndMap();
    }

    static void Write(CborWriter w, BundledLink link)
    {
        w.BeginMap(4);
        w.WriteText("path");
        Write(w, link.Path, WriteHash);
        w.WriteText("index");
        w.WriteInt(link.Index);
        w.WriteText("envelope");
        link.Envelope.WriteTo(w);
        w.WriteText("checkpoint");
        w.WriteInt(link.Checkpoint);
        w.EndMap();
    }

    static void Write(CborWriter w, BundledChain chain)
    {
        w.BeginMap(3);
        w.WriteText("id");
        w.WriteText(chain.Id);
        w.WriteText("headers");
        Write(w, chain.Headers, WriteNode);
        w.WriteText("receipts");
        Write(w, chain.Receipts, static (w, receipt) =>
        {
            w.BeginMap(4);
            w.WriteText("index");
            w.WriteInt(receipt.Index);
            w.WriteText("header");
            w.WriteInt(receipt.Header);
            w.WriteText("receipt");
            Write(w, receipt.Receipt, WriteNode);
            w.WriteText("transaction");
            Write(w, receipt.Transaction, WriteNode);
            w.EndMap();
        });
        w.EndMap();
    }
}
