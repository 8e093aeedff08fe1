namespace Counterfoil.Evm.Secp256k1;

readonly partial struct FieldElement
{
    static readonly ModularInverse Inverses = new(Modulus);

    /// <summary>The inverse of a public value. Variable time. 0 has none and gives 0.</summary>
    public FieldElement PublicInverse() => new(Inverses.Of(Canonical()));

    /// <summary>The inverse, by Fermat: the power p − 2. 0 has none and gives 0.</summary>
    public FieldElement Inverse()
    {
        var t = LongRun(out var x2, out var x22).Power2(23) * x22;
        t = t.Power2(5) * this;
        t = t.Power2(3) * x2;
        return t.Power2(2) * this;
    }

    /// <summary>The power (p + 1) / 4: a square root where there is one, since p ≡ 3 (mod 4). The caller squares it to find out.</summary>
    public FieldElement SquareRootCandidate()
    {
        var t = LongRun(out var x2, out var x22).Power2(23) * x22;
        return (t.Power2(6) * x2).Power2(2);
    }

    // p − 2 and (p + 1) / 4 are, in binary, 223 ones, a zero, 22 ones and a short tail. xN is this value to the power of N ones.
    FieldElement LongRun(out FieldElement x2, out FieldElement x22)
    {
        x2 = Squared * this;
        var x3 = x2.Squared * this;
        var x6 = x3.Power2(3) * x3;
        var x9 = x6.Power2(3) * x3;
        var x11 = x9.Power2(2) * x2;
        x22 = x11.Power2(11) * x11;
        var x44 = x22.Power2(22) * x22;
        var x88 = x44.Power2(44) * x44;
        var x176 = x88.Power2(88) * x88;
        var x220 = x176.Power2(44) * x44;
        return x220.Power2(3) * x3;
    }

    // Squared n times: the power 2^n.
    FieldElement Power2(int n)
    {
        var x = this;
        while (--n >= 0) x = x.Squared;
        return x;
    }
}
