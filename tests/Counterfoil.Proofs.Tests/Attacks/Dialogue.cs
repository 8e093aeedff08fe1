using Counterfoil.Prover;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Attacks;

/// <summary>A malicious prover's talk with the transcript: every challenge has one that he expects beside it, if he has heard any before.</summary>
sealed class Dialogue(Transcript transcript, Transcript? expected)
{
    static readonly Goldilocks2 Half = Goldilocks2.Inverse(Goldilocks2.FromInteger(2)), Third = Goldilocks2.Inverse(Goldilocks2.FromInteger(3));

    public Transcript Transcript => transcript;

    public ProverChannel Channel { get; } = new(transcript);

    /// <summary>Challenges that no message is bent for.</summary>
    public Goldilocks2[] Draw(int count)
    {
        expected?.Challenges(count);
        return transcript.Challenges(count);
    }

    /// <summary>One of them.</summary>
    public Goldilocks2 Draw() => Draw(1)[0];

    /// <summary>Sends a message that may depend on the challenge expected next, then draws that challenge.</summary>
    public Goldilocks2 Draw(Action<Goldilocks2?> send)
    {
        send(expected?.Challenge());
        return transcript.Challenge();
    }

    public int[] Positions(int count, int logSize)
    {
        expected?.Positions(count, logSize);
        return transcript.Positions(count, logSize);
    }

    /// <inheritdoc cref="Sumcheck(ReadOnlySpan{byte}, int, Goldilocks2[][][], ref Goldilocks2, bool)"/>
    public Goldilocks2[] Sumcheck(ReadOnlySpan<byte> label, int degree, Goldilocks2[][][] products, Goldilocks2 claim, bool bend) =>
        Sumcheck(label, degree, products, ref claim, bend);

    /// <summary>
    /// Proves that products of multilinear polynomials, summed over the hypercube, make the claim. If they do not and he is to bend, the last round's constant
    /// coefficient is moved so that, at the challenge expected, the verifier ends with what the products are. The claim becomes what the verifier ends with.
    /// </summary>
    public Goldilocks2[] Sumcheck(ReadOnlySpan<byte> label, int degree, Goldilocks2[][][] products, ref Goldilocks2 claim, bool bend)
    {
        var bound = products.Select(p => p.Select(f => (Goldilocks2[])f.Clone()).ToArray()).ToArray();
        var point = new Goldilocks2[Multilinear.VariablesFor(bound[0][0].Length)];
        string name = System.Text.Encoding.UTF8.GetString(label);
        for (int k = point.Length - 1; k >= 0; k--)
        {
            var g = Round(bound, 1 << k, degree);
            var gap = claim - g[0] - g.Aggregate((a, b) => a + b);
            point[k] = Draw(r =>
            {
                if (bend && k == 0 && r is { } x) g[0] -= x * gap * Goldilocks2.Inverse(Goldilocks2.One - x - x);
                Channel.Send(System.Text.Encoding.UTF8.GetBytes(name), [g[0], .. g[2..]]);
            });
            claim = Evaluate([g[0], .. g[2..]], claim, point[k]);
            foreach (var factor in bound.SelectMany(p => p))
                for (int x = 0; x < 1 << k; x++) factor[x] += point[k] * (factor[(1 << k) + x] - factor[x]);
        }
        return point;
    }

    /// <summary>A round's polynomial, given without its linear coefficient, at <paramref name="x"/>.</summary>
    public static Goldilocks2 Evaluate(ReadOnlySpan<Goldilocks2> round, Goldilocks2 claim, Goldilocks2 x)
    {
        var linear = claim - round[0] - round[0];
        for (int i = 1; i < round.Length; i++) linear -= round[i];
        var y = Goldilocks2.Zero;
        for (int i = round.Length; --i >= 1;) y = y * x + round[i];
        return (y * x + linear) * x + round[0];
    }

    // The coefficients, from the values at 0 … degree (Newton's differences).
    static Goldilocks2[] Round(Goldilocks2[][][] products, int half, int degree)
    {
        var at = new Goldilocks2[4];
        foreach (var product in products)
            for (int x = 0; x < half; x++)
                for (int t = 0; t <= degree; t++)
                {
                    var term = Goldilocks2.One;
                    foreach (var factor in product) term *= factor[x] + Goldilocks2.FromInteger(t) * (factor[half + x] - factor[x]);
                    at[t] += term;
                }
        Goldilocks2 d1 = at[1] - at[0], d2 = (at[2] - at[1] - d1) * Half;
        if (degree == 2) return [at[0], d1 - d2, d2];
        var d3 = (at[3] - at[2] - at[2] - at[2] + at[1] + at[1] + at[1] - at[0]) * Half * Third;
        return [at[0], d1 - d2 + d3 + d3, d2 - d3 - d3 - d3, d3];
    }
}
