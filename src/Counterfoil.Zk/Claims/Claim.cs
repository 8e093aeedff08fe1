using Counterfoil.Zk.Fields;

namespace Counterfoil.Zk.Claims;

/// <summary>
/// A value as a verifier knows it: a constant plus a linear form in the prover's committed one-time pads. Where nothing is hidden there are no
/// pads and a claim is its constant, so that one text of the protocol serves both profiles.
/// </summary>
/// <remarks>
/// A hidden message arrives as value + pad, hence is the claim "what was sent, less the pad". Sums and multiples of claims are claims; of
/// products only <see cref="Constraints"/> knows.
/// </remarks>
readonly struct Claim
{
    // Ascending by pad, each pad once.
    readonly Term[]? terms;

    Claim(Goldilocks2 constant, Term[]? terms)
    {
        Constant = constant;
        this.terms = terms;
    }

    /// <summary>One pad times a coefficient.</summary>
    public readonly record struct Term(int Pad, Goldilocks2 Coefficient);

    /// <summary>What does not depend on pads.</summary>
    public Goldilocks2 Constant { get; }

    /// <summary>The linear form.</summary>
    public ReadOnlySpan<Term> Terms => terms;

    /// <summary>The value that was sent under a pad.</summary>
    public static Claim Padded(Goldilocks2 sent, int pad) => new(sent, [new(pad, -Goldilocks2.One)]);

    /// <summary>A pad itself.</summary>
    public static Claim Pad(int pad) => new(default, [new(pad, Goldilocks2.One)]);

    /// <summary>A public value is a claim without pads.</summary>
    public static implicit operator Claim(Goldilocks2 value) => new(value, null);

    /// <summary>The value, given the pads.</summary>
    public Goldilocks2 Evaluate(ReadOnlySpan<Goldilocks2> pads)
    {
        var value = Constant;
        foreach (var term in Terms) value += term.Coefficient * pads[term.Pad];
        return value;
    }

    /// <summary>The sum.</summary>
    public static Claim operator +(Claim left, Claim right)
    {
        if (right.terms is null) return new(left.Constant + right.Constant, left.terms);
        if (left.terms is null) return new(left.Constant + right.Constant, right.terms);
        return new(left.Constant + right.Constant, Merge(left.terms, right.terms));
    }

    /// <summary>The difference.</summary>
    public static Claim operator -(Claim left, Claim right) => left + right * -Goldilocks2.One;

    /// <summary>A multiple.</summary>
    public static Claim operator *(Claim claim, Goldilocks2 factor)
    {
        if (claim.terms is null) return claim.Constant * factor;
        var scaled = new Term[claim.terms.Length];
        for (int i = 0; i < scaled.Length; i++) scaled[i] = new(claim.terms[i].Pad, claim.terms[i].Coefficient * factor);
        return new(claim.Constant * factor, scaled);
    }

    /// <summary>Σ claims[i]·weights[i], over the shorter of the two.</summary>
    public static Claim InnerProduct(ReadOnlySpan<Claim> claims, ReadOnlySpan<Goldilocks2> weights)
    {
        int count = Math.Min(claims.Length, weights.Length), size = 0;
        var constant = Goldilocks2.Zero;
        for (int i = 0; i < count; i++)
        {
            constant += claims[i].Constant * weights[i];
            size += claims[i].Terms.Length;
        }
        if (size == 0) return constant;
        var all = new Term[size];
        int at = 0;
        for (int i = 0; i < count; i++)
            foreach (var term in claims[i].Terms) all[at++] = new(term.Pad, term.Coefficient * weights[i]);
        // Messages bring their pads in order, so this rarely moves anything.
        Array.Sort(all, static (a, b) => a.Pad.CompareTo(b.Pad));
        int last = 0;
        for (int i = 1; i < all.Length; i++)
        {
            if (all[i].Pad == all[last].Pad) all[last] = new(all[i].Pad, all[last].Coefficient + all[i].Coefficient);
            else all[++last] = all[i];
        }
        return new(constant, all[..(last + 1)]);
    }

    static Term[] Merge(Term[] left, Term[] right)
    {
        var merged = new Term[left.Length + right.Length];
        int count = 0, l = 0, r = 0;
        while (l < left.Length || r < right.Length)
        {
            if (r == right.Length || l < left.Length && left[l].Pad < right[r].Pad) merged[count++] = left[l++];
            else if (l == left.Length || right[r].Pad < left[l].Pad) merged[count++] = right[r++];
            else
            {
                merged[count++] = new(left[l].Pad, left[l].Coefficient + right[r].Coefficient);
                l++;
                r++;
            }
        }
        return count == merged.Length ? merged : merged[..count];
    }
}
