using Counterfoil.Zk.Fields;

namespace Counterfoil.Zk.Transcripts;

/// <summary>
/// What makes a proof non-interactive: both sides absorb every message in order, and every challenge is a function of all that was absorbed
/// before it (Fiat and Shamir 1986, the multi-round form). Tests replace it by one whose challenges are fixed, to show that a forgery dies by
/// the challenges and by nothing else.
/// </summary>
abstract class Transcript
{
    /// <summary>Absorbs one labelled message.</summary>
    public abstract void Absorb(ReadOnlySpan<byte> label, ReadOnlySpan<byte> message);

    /// <summary>The next 64 uniform bits.</summary>
    protected internal abstract ulong NextWord();

    /// <summary>A uniform element of the extension. Words of p or more are drawn again: reduction would favour the small residues.</summary>
    public Goldilocks2 Challenge() => new(NextElement(), NextElement());

    /// <summary>Independent uniform elements.</summary>
    public Goldilocks2[] Challenges(int count)
    {
        var challenges = new Goldilocks2[count];
        for (int i = 0; i < count; i++) challenges[i] = Challenge();
        return challenges;
    }

    /// <summary>Distinct uniform positions below 2^<paramref name="logSize"/>, ascending. Repeated draws are drawn again.</summary>
    public int[] Positions(int count, int logSize)
    {
        var seen = new HashSet<int>(count);
        while (seen.Count < count) seen.Add((int)(NextWord() & ((1UL << logSize) - 1)));
        var positions = seen.ToArray();
        Array.Sort(positions);
        return positions;
    }

    Goldilocks NextElement()
    {
        while (true)
            if (Goldilocks.TryFromCanonical(NextWord(), out var element)) return element;
    }
}
