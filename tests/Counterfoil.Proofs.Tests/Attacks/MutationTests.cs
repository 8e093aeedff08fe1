using System.Buffers.Binary;
using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Zk;
using Counterfoil.Zk.Fields;
using CsCheck;

namespace Counterfoil.Proofs.Tests.Attacks;

/// <summary>Changes that respect a proof's structure, where a flipped bit would only be noise: elements moved, repeated, negated, respelt.</summary>
public sealed class MutationTests
{
    static readonly RegisteredGraph Registered = RandomModels.Register(8, 5, 4, 3);

    static readonly int[] Input = RandomModels.Input(8, 5);

    static readonly ProvenExecution Proven = Registered.Prove(Input, Forging.Context);

    static readonly ExecutionStatement Statement = new(Registered.Model, Input, Proven.Output.AsMemory(), Forging.Context);

    static readonly Gen<(int Kind, int At, int Other, byte Noise)> Change = Gen.Select(Gen.Int[0, 9], Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue], Gen.Byte[1, 255]);

    [Fact]
    public void None_of_2000_changed_proofs_is_accepted() =>
        Change.Array[1, 3].Sample(changes => Refused(Proven.Proof, changes, proof => ExecutionProof.Verify(Statement, proof)), iter: 2000, threads: 2);

    [Fact]
    public void None_of_500_changed_registrations_is_accepted() =>
        Change.Array[1, 3].Sample(changes => Refused(Registered.RegistrationProof, changes, proof => RegistrationProof.Verify(Registered.Model, proof)), iter: 500, threads: 2);

    [Fact]
    public void None_of_200_changed_hiding_proofs_is_accepted()
    {
        byte[] proof = Hiding.Hidden.Prove(false);
        Change.Array[1, 3].Sample(changes => Refused(proof, changes, bytes => ExecutionProof.Verify(Hiding.Hidden.Statement, bytes)), iter: 200, threads: 2);
    }

    static bool Refused(byte[] honest, (int Kind, int At, int Other, byte Noise)[] changes, Func<byte[], Verdict> verify)
    {
        var proof = (byte[])honest.Clone();
        foreach (var change in changes) proof = Apply(proof, change);
        return proof.AsSpan().SequenceEqual(honest) || !verify(proof).IsAccepted;
    }

    static byte[] Apply(byte[] proof, (int Kind, int At, int Other, byte Noise) change)
    {
        // Messages are whole words after the root, so an element starts at a multiple of eight.
        int at = change.At % (proof.Length / 8 - 4) * 8, other = change.Other % (proof.Length / 8 - 4) * 8;
        Span<byte> one = proof.AsSpan(at), two = proof.AsSpan(other);
        ulong word = BinaryPrimitives.ReadUInt64BigEndian(one);
        switch (change.Kind)
        {
            case 0: one[change.Noise % 8] ^= change.Noise; break;
            case 1: BinaryPrimitives.WriteUInt64BigEndian(one, word + 1); break;
            case 2: BinaryPrimitives.WriteUInt64BigEndian(one, Goldilocks.Modulus - word); break;
            case 3: if (word <= ulong.MaxValue - Goldilocks.Modulus) BinaryPrimitives.WriteUInt64BigEndian(one, word + Goldilocks.Modulus); break;
            case 4: one[..16].Clear(); break;
            case 5: two[..16].ToArray().CopyTo(one); break;
            case 6: two[..32].ToArray().CopyTo(one); break;
            case 7:
                var held = one[..16].ToArray();
                two[..16].ToArray().CopyTo(one);
                held.CopyTo(two);
                break;
            case 8: return [.. proof[..at], .. proof[(at + 8)..]];
            case 9: return [.. proof[..at], .. proof[at..(at + 8)], .. proof[at..]];
        }
        return proof;
    }
}
