using System.Text;
using F = (System.Numerics.BigInteger A, System.Numerics.BigInteger B);

namespace Counterfoil.Proofs.Tests.Zk;

/// <summary>A second verifier of opened cells, written from <c>docs/executions.md</c> §5.</summary>
/// <param name="commitment">The tensor's commitment, 44 bytes.</param>
/// <param name="cells">The cells and what they are said to be.</param>
sealed class OpeningReference(byte[] commitment, (int Index, long Value)[] cells)
    : ReferenceProtocol(new(commitment[4], commitment[5] - commitment[4], (commitment[6] << 8) | commitment[7], Number(commitment, 8), null), true)
{
    static int Number(byte[] bytes, int at) => (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];

    public bool Accepts(byte[] context, byte[] bytes) => Accepts(bytes, () => Verify(context));

    void Verify(byte[] context)
    {
        Absorb("protocol", Encoding.ASCII.GetBytes("counterfoil/opening/v1"));
        Absorb("tensor", commitment);
        Absorb("cells", [.. cells.SelectMany(c => (byte[])[.. Int(c.Index), .. Int((int)(c.Value >> 32)), .. Int((int)c.Value)])]);
        Absorb("context", context);
        var root = Take(32);
        Absorb("witness", root);
        var xi = Draws(cells.Length);
        Claim claim = cells.Zip(xi, (c, x) => Mul(Of(c.Value), x)).Aggregate(Zero, Add);
        var s = Rounds("merge-round", code.K, 2, ref claim);
        var rows = new F[(Number(commitment, 0) + (1 << code.K) - 1) >> code.K];
        Array.Fill(rows, Zero);
        foreach (var ((index, _), x) in cells.Zip(xi)) rows[index >> code.K] = Add(rows[index >> code.K], Mul(x, EqOf(Bits(index & ((1 << code.K) - 1), code.K), s)));
        Open([(rows, commitment[12..], true), ([], root, true)], Eq(s), claim);
    }
}
