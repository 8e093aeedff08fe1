using Counterfoil.Prover.Sumchecks;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Polynomials;
using CsCheck;

namespace Counterfoil.Proofs.Tests.Prover;

/// <summary>A vector that keeps only its first values is the polynomial that is zero beyond them.</summary>
public sealed class BoundVectorTests
{
    static readonly Gen<Goldilocks2> Element = Gen.Select(Gen.ULong, Gen.ULong, (a, b) => new Goldilocks2(Goldilocks.FromUInt64(a), Goldilocks.FromUInt64(b)));

    static readonly Gen<(Goldilocks2[] A, Goldilocks2[] B, Goldilocks2[] C, Goldilocks2[] Point)> Vectors =
        Gen.Select(Gen.Int[1, 7], Gen.Double[0, 1]).SelectMany((n, part) =>
        {
            int length = (int)(part * (1 << n));
            return Gen.Select(Element.Array[length], Element.Array[length], Element.Array[length], Element.Array[n]);
        });

    [Fact]
    public void Every_round_is_the_polynomial_of_the_sum_and_the_end_its_value() => Vectors.Sample((a, b, c, point) =>
    {
        BoundVector x = new(a, point.Length), y = new(b, point.Length), z = new(c, point.Length);
        Goldilocks2[][] full = [Full(a, point.Length), Full(b, point.Length), Full(c, point.Length)];
        for (int k = point.Length - 1; k >= 0; k--)
        {
            var pair = BoundVector.Round(x, y);
            var triple = BoundVector.Round(x, y, z);
            for (int t = 0; t < 4; t++)
            {
                var at = Goldilocks2.FromInteger(t);
                Goldilocks2 twice = default, thrice = default;
                for (int i = 0; i < 1 << k; i++)
                {
                    Goldilocks2 Line(Goldilocks2[] v) => v[i] + at * (v[i + (1 << k)] - v[i]);
                    twice += Line(full[0]) * Line(full[1]);
                    thrice += Line(full[0]) * Line(full[1]) * Line(full[2]);
                }
                // The linear coefficient is not sent: it follows from the claim, which is the sum at 0 and at 1.
                Assert.Equal(twice, Value(pair, at, Sum(full[0], full[1], null)));
                Assert.Equal(thrice, Value(triple, at, Sum(full[0], full[1], full[2])));
            }
            foreach (var v in new[] { x, y, z }) v.Bind(point[k]);
            foreach (var v in full) for (int i = 0; i < 1 << k; i++) v[i] += point[k] * (v[i + (1 << k)] - v[i]);
            for (int v = 0; v < full.Length; v++) full[v] = full[v][..(1 << k)];
        }
        Assert.Equal(full[0][0], x.Value);
        Assert.Equal(Multilinear.InnerProduct<Goldilocks2>(Full(a, point.Length), Multilinear.Equality<Goldilocks2>(point)), x.Value);
    }, iter: 60);

    static Goldilocks2[] Full(Goldilocks2[] values, int variables) => [.. values, .. new Goldilocks2[(1 << variables) - values.Length]];

    static Goldilocks2 Sum(Goldilocks2[] a, Goldilocks2[] b, Goldilocks2[]? c) =>
        Enumerable.Range(0, a.Length).Aggregate(Goldilocks2.Zero, (s, i) => s + a[i] * b[i] * (c is null ? Goldilocks2.One : c[i]));

    static Goldilocks2 Value(RoundSums sums, Goldilocks2 at, Goldilocks2 claim)
    {
        var linear = claim - sums.Constant - sums.Constant - sums.Second - sums.Third;
        return sums.Constant + at * (linear + at * (sums.Second + at * sums.Third));
    }
}
