using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Org.BouncyCastle.Crypto.Digests;
using F = (System.Numerics.BigInteger A, System.Numerics.BigInteger B);

namespace Counterfoil.Proofs.Tests.Zk;

/// <summary>Transcript and field, again from the documentation.</summary>
abstract partial class ReferenceProtocol
{
    protected static readonly BigInteger P = BigInteger.Pow(2, 64) - BigInteger.Pow(2, 32) + 1;
    protected static readonly F Zero = (0, 0), One = (1, 0);

    readonly List<byte> pending = [];
    byte[] state = new byte[32], proof = [];
    readonly Queue<ulong> words = new();
    ulong counter;
    int position;

    // §4.
    protected void Absorb(string label, byte[] message) => pending.AddRange([(byte)label.Length, .. Encoding.ASCII.GetBytes(label), .. Int(message.Length), .. message]);

    protected ulong Word()
    {
        if (pending.Count > 0)
        {
            state = Keccak([.. Encoding.ASCII.GetBytes("cf-absor"), .. state, .. pending]);
            pending.Clear();
            words.Clear();
            counter = 0;
        }
        if (words.Count == 0)
        {
            var number = new byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(number, counter++);
            var block = Keccak([.. Encoding.ASCII.GetBytes("cf-squee"), .. state, .. number]);
            for (int i = 0; i < 4; i++) words.Enqueue(BinaryPrimitives.ReadUInt64BigEndian(block.AsSpan(8 * i)));
        }
        return words.Dequeue();
    }

    protected F Draw() => (DrawBase(), DrawBase());

    protected BigInteger DrawBase()
    {
        ulong word;
        while ((word = Word()) >= P) { }
        return word;
    }

    protected F[] Draws(int number) => [.. Enumerable.Range(0, number).Select(_ => Draw())];

    protected F[] Receive(string label, int number)
    {
        var bytes = Take(16 * number);
        Absorb(label, bytes);
        return [.. Enumerable.Range(0, number).Select(i => (Element(bytes.AsSpan(16 * i)), Element(bytes.AsSpan(16 * i + 8))))];
    }

    protected byte[] Take(int size)
    {
        Check(size <= proof.Length - position);
        position += size;
        return proof[(position - size)..position];
    }

    protected static BigInteger Element(ReadOnlySpan<byte> bytes)
    {
        BigInteger value = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        Check(value < P);
        return value;
    }

    protected static void Check(bool holds)
    {
        if (!holds) throw new Refused();
    }

    protected static byte[] Keccak(byte[] message)
    {
        var digest = new KeccakDigest(256);
        digest.BlockUpdate(message, 0, message.Length);
        var result = new byte[32];
        digest.DoFinal(result, 0);
        return result;
    }

    protected static byte[] Int(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    // §1.
    protected static BigInteger Mod(BigInteger v) => (v % P + P) % P;

    protected static F Of(BigInteger v) => (Mod(v), 0);

    protected static F Add(F a, F b) => ((a.A + b.A) % P, (a.B + b.B) % P);

    protected static F Sub(F a, F b) => (Mod(a.A - b.A), Mod(a.B - b.B));

    protected static F Mul(F a, F b) => ((a.A * b.A + 7 * a.B * b.B) % P, (a.A * b.B + a.B * b.A) % P);


    protected static Claim Join(Claim[] limbs) => limbs.Reverse().Aggregate((Claim)Zero, (v, limb) => v.Times(Of(256)).Plus(limb));

    protected static F EqOf(F[] a, F[] b) => a.Zip(b, (u, v) => Add(Mul(u, v), Mul(Sub(One, u), Sub(One, v)))).Aggregate(One, Mul);

    protected static F[] Bits(int value, int bits) => [.. Enumerable.Range(0, bits).Select(k => Of(value >> k & 1))];

    protected static F[] Eq(F[] point)
    {
        F[] table = [One];
        foreach (var r in point) table = [.. table.Select(e => Mul(e, Sub(One, r))), .. table.Select(e => Mul(e, r))];
        return table;
    }

    protected static F Evaluate(F[] values, F[] point) => values.Zip(Eq(point), Mul).Aggregate(Zero, Add);

    protected static int Log(int count) => count <= 1 ? 0 : BitOperations.Log2((uint)count - 1) + 1;
}
