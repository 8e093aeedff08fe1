using F = (System.Numerics.BigInteger A, System.Numerics.BigInteger B);

namespace Counterfoil.Proofs.Tests.Zk;

/// <summary>Hidden messages and the pads under them, again from the documentation: §4.</summary>
abstract partial class ReferenceProtocol
{
    readonly List<Claim> linear = [], factors = [];
    readonly List<((int Left, int Right, F Coefficient)[] Products, Claim Remainder)> quadratic = [];
    int pads;

    /// <summary>A constant plus a linear form in the pads.</summary>
    protected sealed record Claim(F Constant, Dictionary<int, F> Pads)
    {
        public static implicit operator Claim(F value) => new(value, []);

        public Claim Times(F factor) => new(Mul(Constant, factor), Pads.ToDictionary(p => p.Key, p => Mul(p.Value, factor)));

        public Claim Plus(Claim other)
        {
            var sum = new Dictionary<int, F>(Pads);
            foreach (var (pad, coefficient) in other.Pads) sum[pad] = Add(sum.GetValueOrDefault(pad, Zero), coefficient);
            return new(Add(Constant, other.Constant), sum);
        }

        public Claim Less(F value) => new(Sub(Constant, value), Pads);
    }

    protected static Claim Line(Claim a, Claim b, F r) => a.Times(Sub(One, r)).Plus(b.Times(r));

    protected Claim[] Claims(string label, int number) => [.. Receive(label, number).Select(sent => hidden ? new Claim(sent, new() { [pads++] = Of(-1) }) : sent)];

    protected int Factor(Claim claim)
    {
        factors.Add(claim);
        return factors.Count - 1;
    }

    protected void Vanish(Claim zero)
    {
        if (hidden) linear.Add(zero);
        else Check(zero.Constant == Zero);
    }

    protected void Vanish((int Left, int Right, F Coefficient)[] products, Claim rest)
    {
        if (hidden) quadratic.Add((products, rest));
        else Check(products.Aggregate(rest.Constant, (sum, p) => Add(sum, Mul(p.Coefficient, Mul(factors[p.Left].Constant, factors[p.Right].Constant)))) == Zero);
    }

    (F[] Row, F Epsilon, F[] Form, F Value) OpenPads()
    {
        var eta = Draws(quadratic.Count);
        var a = Claims("product-values", 2);
        var e = Draw();
        var w = Receive("product-factors", factors.Count);
        for (int i = 0; i < w.Length; i++) linear.Add(factors[i].Times(e).Plus(new Claim(Zero, new() { [pads++] = One })).Less(w[i]));
        var last = a[0].Plus(a[1].Times(e));
        foreach (var (challenge, (products, rest)) in eta.Zip(quadratic))
        {
            var opened = products.Aggregate(Zero, (sum, p) => Add(sum, Mul(p.Coefficient, Mul(w[p.Left], w[p.Right]))));
            last = last.Plus(rest.Times(Mul(e, e)).Plus(opened).Times(Sub(Zero, challenge)));
        }
        linear.Add(last);

        var all = linear.Zip(Draws(linear.Count)).Aggregate((Claim)Zero, (sum, term) => sum.Plus(term.First.Times(term.Second)));
        var u = Receive("pad-value", 1)[0];
        var epsilon = Draw();
        var target = Sub(u, Mul(epsilon, all.Constant));
        var form = new F[2 * pads];
        for (int i = 0; i < pads; i++) (form[2 * i], form[2 * i + 1]) = (all.Pads.GetValueOrDefault(i, Zero), Mul((0, 1), all.Pads.GetValueOrDefault(i, Zero)));
        if (code.Rounds is not null) return ([], epsilon, form, target);
        var row = Receive("pad-row", 2 * pads + code.Queries);
        Check(row.Zip(form, Mul).Aggregate(Zero, Add) == target);
        return (row, epsilon, form, target);
    }
}
