using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Pseudorandom;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Privacy;

/// <summary>Shows which key a record has in a keyed absence tree: the function's output at the record's unsalted leaf hash, with the proof that it is.</summary>
public abstract record Lookup
{
    Lookup() { }

    /// <summary>The function's key.</summary>
    public abstract LookupKey Key { get; }

    /// <summary>Checks the proof, and gives the record's key in the tree.</summary>
    /// <param name="unsalted">The record's unsalted leaf hash.</param>
    /// <param name="key">Its key in the tree, when accepted.</param>
    public abstract Verdict Verify(Sha256Digest unsalted, out Sha256Digest key);

    internal abstract void WriteTo(CborWriter writer);

    /// <summary>The service saw the digest and answered with output and proof.</summary>
    /// <param name="PublicKey">33 bytes.</param>
    /// <param name="Proof">81 bytes.</param>
    public sealed record Open(ReadOnlyMemory<byte> PublicKey, ReadOnlyMemory<byte> Proof) : Lookup
    {
        /// <inheritdoc/>
        public override LookupKey Key => new(LookupScheme.Vrf, PublicKey);

        /// <inheritdoc/>
        public override Verdict Verify(Sha256Digest unsalted, out Sha256Digest key)
        {
            key = default;
            var verdict = VrfPublicKey.Decode(PublicKey.Span, out var publicKey);
            return verdict.IsAccepted ? publicKey!.Verify(unsalted.ToArray(), Proof.Span, out key) : verdict;
        }

        internal override void WriteTo(CborWriter writer)
        {
            writer.BeginArray(3);
            writer.WriteUInt((ulong)LookupScheme.Vrf);
            writer.WriteBytes(PublicKey.Span);
            writer.WriteBytes(Proof.Span);
            writer.EndArray();
        }
    }

    /// <summary>The service saw a blinded element. With the blind, which the client gives away here, anyone can follow.</summary>
    /// <param name="PublicKey">33 bytes.</param>
    /// <param name="Blind">32 bytes. Given away, it lets the service recognise the look-up.</param>
    /// <param name="Element">The service's answer, 33 bytes.</param>
    /// <param name="Proof">64 bytes, for this one element.</param>
    public sealed record Blinded(ReadOnlyMemory<byte> PublicKey, ReadOnlyMemory<byte> Blind, ReadOnlyMemory<byte> Element, ReadOnlyMemory<byte> Proof) : Lookup
    {
        /// <inheritdoc/>
        public override LookupKey Key => new(LookupScheme.Voprf, PublicKey);

        /// <inheritdoc/>
        public override Verdict Verify(Sha256Digest unsalted, out Sha256Digest key)
        {
            key = default;
            var verdict = VoprfPublicKey.Decode(PublicKey.Span, out var publicKey);
            if (!verdict.IsAccepted) return verdict;
            verdict = publicKey!.Finalize([unsalted.ToArray()], [Blind], new([Element], Proof), out byte[][] outputs);
            if (verdict.IsAccepted) key = new(outputs[0]);
            return verdict;
        }

        internal override void WriteTo(CborWriter writer)
        {
            writer.BeginArray(5);
            writer.WriteUInt((ulong)LookupScheme.Voprf);
            writer.WriteBytes(PublicKey.Span);
            writer.WriteBytes(Blind.Span);
            writer.WriteBytes(Element.Span);
            writer.WriteBytes(Proof.Span);
            writer.EndArray();
        }
    }

    internal static Lookup? ReadFrom(ref CborReader reader)
    {
        if (reader.TryReadNull()) return null;
        int length = reader.BeginArray(3, 5);
        var scheme = (LookupScheme)reader.ReadInt(1, 2);
        if (length != (scheme == LookupScheme.Vrf ? 3 : 5)) reader.Fail(CoreChecks.CborArity, "3 items for scheme 1, 5 for scheme 2", $"{length}");
        byte[] key = reader.ReadBytes(VrfPublicKey.Size).ToArray();
        Lookup lookup = scheme == LookupScheme.Vrf
            ? new Open(key, reader.ReadBytes(VrfKey.ProofSize).ToArray())
            : new Blinded(key, reader.ReadBytes(32).ToArray(), reader.ReadBytes(33).ToArray(), reader.ReadBytes(64).ToArray());
        reader.EndArray();
        return lookup;
    }
}
