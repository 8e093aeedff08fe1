using System.Buffers.Binary;
using Counterfoil.Zk.Fields;

namespace Counterfoil.Proofs.Tests.Prover;

/// <summary>Field elements in a proof's bytes, read and changed.</summary>
static class ProofMap
{
    public static Goldilocks2 Read(byte[] proof, int at) => new(
        Goldilocks.FromUInt64(BinaryPrimitives.ReadUInt64BigEndian(proof.AsSpan(at))), Goldilocks.FromUInt64(BinaryPrimitives.ReadUInt64BigEndian(proof.AsSpan(at + 8))));

    public static void Write(byte[] proof, int at, Goldilocks2 value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(proof.AsSpan(at), value.C0.Value);
        BinaryPrimitives.WriteUInt64BigEndian(proof.AsSpan(at + 8), value.C1.Value);
    }

    public static void Add(byte[] proof, int at, Goldilocks2 change) => Write(proof, at, Read(proof, at) + change);

    /// <summary>
    /// Adds <paramref name="change"/> to what a sum-check ends with, knowing the last challenge r before its last round is sent: adding t to the constant coefficient takes 2t
    /// from the linear one, so the value at r changes by t·(1 − 2r).
    /// </summary>
    public static void Shift(byte[] proof, int lastRound, Goldilocks2 r, Goldilocks2 change) =>
        Add(proof, lastRound, change * Goldilocks2.Inverse(Goldilocks2.One - r - r));
}
