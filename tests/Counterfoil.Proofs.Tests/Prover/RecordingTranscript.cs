using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Prover;

/// <summary>Passes everything on and remembers every word drawn, so that a forger can look at the challenges of a finished proof.</summary>
sealed class RecordingTranscript(Transcript inner) : Transcript
{
    readonly List<ulong> words = [];

    public override void Absorb(ReadOnlySpan<byte> label, ReadOnlySpan<byte> message) => inner.Absorb(label, message);

    protected internal override ulong NextWord()
    {
        words.Add(inner.NextWord());
        return words[^1];
    }

    /// <summary>A transcript that gives the same challenges again.</summary>
    public Transcript Replay() => new Tape([.. words]);

    sealed class Tape(ulong[] words) : Transcript
    {
        int next;

        public override void Absorb(ReadOnlySpan<byte> label, ReadOnlySpan<byte> message) { }

        protected internal override ulong NextWord() => words[next++];
    }
}
