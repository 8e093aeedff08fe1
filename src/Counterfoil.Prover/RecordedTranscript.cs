using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover;

/// <summary>
/// A transcript that remembers what was drawn from it, so that the prover can run the verifier's text over his own messages: what the pads have to satisfy is then
/// derived in one place.
/// </summary>
sealed class RecordedTranscript(Transcript inner) : Transcript
{
    readonly List<ulong> words = [];

    /// <summary>Words drawn so far.</summary>
    public int Count => words.Count;

    public override void Absorb(ReadOnlySpan<byte> label, ReadOnlySpan<byte> message) => inner.Absorb(label, message);

    protected internal override ulong NextWord()
    {
        words.Add(inner.NextWord());
        return words[^1];
    }

    /// <summary>A transcript that gives the same words again, from word <paramref name="first"/> on.</summary>
    public Transcript Replay(int first = 0) => new Tape(words, first);

    sealed class Tape(List<ulong> words, int next) : Transcript
    {
        public override void Absorb(ReadOnlySpan<byte> label, ReadOnlySpan<byte> message) { }

        protected internal override ulong NextWord() => words[next++];
    }
}
