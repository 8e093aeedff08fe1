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

    /// <summary>Where the last message of a label stands in a proof that starts with the first of <paramref name="first"/>.</summary>
    public int Offset(string label, string first = "witness")
    {
        int from = said.FindIndex(s => s.Label == first), to = said.FindLastIndex(s => s.Label == label);
        return said[from..to].Sum(s => s.Message.Length);
    }

    /// <summary>The challenges drawn right after each message of a label.</summary>
    public IReadOnlyList<Goldilocks2[]> Challenges(string label) =>
        [.. said.Where(s => s.Label == label).Select(s => s.Words.Chunk(2).Where(w => w.Length == 2).Select(w => new Goldilocks2(Goldilocks.FromUInt64(w[0]), Goldilocks.FromUInt64(w[1]))).ToArray())];
}
