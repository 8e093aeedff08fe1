using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Execution;

/// <summary>A transcript that remembers what was said and which challenges followed: what a forger works with.</summary>
sealed class MessageTranscript(Transcript inner) : Transcript
{
    readonly List<(string Label, byte[] Message, List<ulong> Words)> said = [];

    public override void Absorb(ReadOnlySpan<byte> label, ReadOnlySpan<byte> message)
    {
        said.Add((System.Text.Encoding.ASCII.GetString(label), message.ToArray(), []));
        inner.Absorb(label, message);
    }

    protected internal override ulong NextWord()
    {
        ulong word = inner.NextWord();
        said[^1].Words.Add(word);
        return word;
    }

    /// <summary>The messages of a label, in order.</summary>
    public IReadOnlyList<byte[]> Messages(string label) => [.. said.Where(s => s.Label == label).Select(s => s.Message)];

    /// <summary>Where a message of a label stands in a proof, which starts with the witness: the last one, unless its number is given.</summary>
    public int Offset(string label, int number = -1)
    {
        int from = said.FindIndex(s => s.Label == "witness"), to = said.FindLastIndex(s => s.Label == label);
        if (number >= 0)
            for (to = -1; number >= 0; number--) to = said.FindIndex(to + 1, s => s.Label == label);
        return said[from..to].Sum(s => s.Message.Length);
    }

    /// <summary>The challenges drawn right after each message of a label.</summary>
    public IReadOnlyList<Goldilocks2[]> Challenges(string label) =>
        [.. said.Where(s => s.Label == label).Select(s => s.Words.Chunk(2).Where(w => w.Length == 2).Select(w => new Goldilocks2(Goldilocks.FromUInt64(w[0]), Goldilocks.FromUInt64(w[1]))).ToArray())];
}
