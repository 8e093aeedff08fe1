using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Pseudorandom;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Proofs;

namespace Counterfoil.Data.Privacy;

/// <summary>What one who looks a record up sends to the committer: in the open scheme the record's unsalted leaf hash, in the blind one an element that tells nothing of it.</summary>
/// <remarks>Deterministic CBOR, an array: version, scheme, 32 bytes of leaf hash or 33 of element.</remarks>
/// <param name="Scheme">How it is asked.</param>
/// <param name="Asked">What is evaluated at.</param>
public sealed record LookupQuestion(LookupScheme Scheme, ReadOnlyMemory<byte> Asked)
{
    const string Version = "counterfoil/lookup-question/v1";

    /// <summary>The file.</summary>
    public byte[] ToBytes()
    {
        var writer = new CborWriter();
        writer.BeginArray(3);
        writer.WriteText(Version);
        writer.WriteUInt((ulong)Scheme);
        writer.WriteBytes(Asked.Span);
        writer.EndArray();
        return writer.ToArray();
    }

    /// <summary>Reads a file.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> file, out LookupQuestion? question)
    {
        question = null;
        var reader = LookupMessage.Begin(file, 3, Version);
        var scheme = (LookupScheme)reader.ReadInt(1, 2);
        byte[] asked = reader.ReadBytes(64).ToArray();
        int length = scheme == LookupScheme.Vrf ? Bytes32.Size : VoprfPublicKey.Size;
        if (!reader.Failed && asked.Length != length) reader.Fail(DataChecks.LookupForm, $"{length} bytes that are asked about", $"{asked.Length}");
        reader.EndArray();
        var verdict = reader.Finish();
        if (verdict.IsAccepted) question = new(scheme, asked);
        return verdict;
    }
}

/// <summary>What one who looks a record up blindly keeps to themselves until the answer comes.</summary>
/// <remarks>Deterministic CBOR, an array: version, public key, unsalted leaf hash, blind. A file of it is its owner's alone.</remarks>
/// <param name="Key">The public key that the answer must be under.</param>
/// <param name="Unsalted">The record's unsalted leaf hash.</param>
/// <param name="Blind">32 bytes.</param>
public sealed record BlindedQuestion(LookupKey Key, Sha256Digest Unsalted, ReadOnlyMemory<byte> Blind)
{
    const string Version = "counterfoil/lookup-blind/v1";
    const int MaxBytes = 256;

    /// <summary>Blinds a record's leaf hash.</summary>
    public static BlindedQuestion Make(LookupKey key, Sha256Digest unsalted, Action<Span<byte>> random) => new(key, unsalted, VoprfPublicKey.NewBlind(random));

    /// <summary>What is sent.</summary>
    public LookupQuestion Question => new(LookupScheme.Voprf, VoprfPublicKey.Blind(Unsalted.ToArray(), Blind.Span));

    /// <summary>Makes the proof from the committer's answer and the keyed tree. Neither tells the committer what was asked.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="tree">The set's keyed tree.</param>
    /// <param name="claim">Presence or absence, when accepted.</param>
    public Verdict Finish(LookupAnswer answer, KeyedTree tree, out Claim? claim)
    {
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentNullException.ThrowIfNull(tree);
        claim = null;
        if (tree.Key != Key) return Verdict.Reject(DataChecks.LookupKey, $"{Key}", $"{tree.Key}");
        if (!answer.PublicKey.Span.SequenceEqual(Key.Key.Span)) return Verdict.Reject(DataChecks.LookupKey, $"{Key}", $"{new LookupKey(LookupScheme.Voprf, answer.PublicKey)}");
        var lookup = new Lookup.Blinded(Key.Key, Blind, answer.Element, answer.Proof);
        var verdict = lookup.Verify(Unsalted, out var key);
        if (verdict.IsAccepted) claim = tree.Answer(key, lookup);
        return verdict;
    }

    /// <summary>Writes it to a file of its owner's alone.</summary>
    /// <exception cref="IOException">Something is there, or it cannot be written.</exception>
    public void Save(string path)
    {
        var writer = new CborWriter();
        writer.BeginArray(4);
        writer.WriteText(Version);
        writer.WriteBytes(Key.Key.Span);
        writer.WriteBytes(Unsalted.ToArray());
        writer.WriteBytes(Blind.Span);
        writer.EndArray();
        PrivateFile.Create(path, writer.ToArray());
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    public static Verdict Open(string path, out BlindedQuestion? question)
    {
        question = null;
        var verdict = PrivateFile.Read(path, DataChecks.LookupForm, MaxBytes, out byte[] file);
        if (!verdict.IsAccepted) return verdict;
        var reader = LookupMessage.Begin(file, 4, Version);
        byte[] key = reader.ReadBytes(VoprfPublicKey.Size).ToArray();
        var unsalted = new Sha256Digest(reader.ReadBytes32());
        byte[] blind = reader.ReadBytes(VoprfPublicKey.BlindSize).ToArray();
        reader.EndArray();
        verdict = reader.Finish();
        if (verdict.IsAccepted) question = new(new(LookupScheme.Voprf, key), unsalted, blind);
        return verdict;
    }
}

/// <summary>What the committer answers to a blinded element.</summary>
/// <remarks>Deterministic CBOR, an array: version, public key, element, proof.</remarks>
/// <param name="PublicKey">33 bytes.</param>
/// <param name="Element">33 bytes.</param>
/// <param name="Proof">64 bytes.</param>
public sealed record LookupAnswer(ReadOnlyMemory<byte> PublicKey, ReadOnlyMemory<byte> Element, ReadOnlyMemory<byte> Proof)
{
    const string Version = "counterfoil/lookup-answer/v1";

    /// <summary>The file.</summary>
    public byte[] ToBytes()
    {
        var writer = new CborWriter();
        writer.BeginArray(4);
        writer.WriteText(Version);
        writer.WriteBytes(PublicKey.Span);
        writer.WriteBytes(Element.Span);
        writer.WriteBytes(Proof.Span);
        writer.EndArray();
        return writer.ToArray();
    }

    /// <summary>Reads a file.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> file, out LookupAnswer? answer)
    {
        answer = null;
        var reader = LookupMessage.Begin(file, 4, Version);
        byte[] key = reader.ReadBytes(VoprfPublicKey.Size).ToArray(), element = reader.ReadBytes(VoprfPublicKey.Size).ToArray(), proof = reader.ReadBytes(64).ToArray();
        reader.EndArray();
        var verdict = reader.Finish();
        if (verdict.IsAccepted) answer = new(key, element, proof);
        return verdict;
    }
}

static class LookupMessage
{
    static readonly CborLimits Limits = new() { Bytes = 512, Depth = 2, Items = 8 };

    /// <summary>Begins to read a file of a kind.</summary>
    public static CborReader Begin(ReadOnlySpan<byte> file, int items, string version)
    {
        var reader = new CborReader(file, Limits);
        reader.BeginArray(items, items);
        string found = reader.ReadText(64);
        if (!reader.Failed && found != version) reader.Fail(DataChecks.LookupForm, version, $"\"{found}\"");
        return reader;
    }
}
