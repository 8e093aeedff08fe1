using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Prover;

/// <summary>
/// Challenges that do not depend on what was said. A forger who knows them in advance can pass; that the same forger fails under the real
/// transcript shows that it is the challenges that stop him.
/// </summary>
/// <param name="seed">The same seed gives the same challenges.</param>
/// <param name="inBaseField">Whether every challenge lies in the base field, so that a committed value can cancel one.</param>
sealed class FrozenTranscript(ulong seed, bool inBaseField = false) : Transcript
{
    ulong state = seed;
    bool odd;

    public override void Absorb(ReadOnlySpan<byte> label, ReadOnlySpan<byte> message) { }

    protected internal override ulong NextWord()
    {
        odd = !odd;
        if (inBaseField && !odd) return 0;
        // SplitMix64 (Steele, Lea, Flood 2014).
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }
}
