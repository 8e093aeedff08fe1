using System.Buffers.Binary;
using Counterfoil.Core.Digests;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Zk;

public sealed class TranscriptTests
{
    [Fact]
    public void The_chain_is_what_the_documentation_says()
    {
        var transcript = new KeccakTranscript();
        transcript.Absorb("ab"u8, [7, 8, 9]);
        transcript.Absorb("c"u8, []);
        byte[] message = [2, (byte)'a', (byte)'b', 0, 0, 0, 3, 7, 8, 9, 1, (byte)'c', 0, 0, 0, 0];
        var state = Keccak256.Hash([.. "cf-absor"u8, .. new byte[32], .. message]).ToArray();
        var block = Keccak256.Hash([.. "cf-squee"u8, .. state, .. new byte[8]]).ToArray();
        var (first, second) = (BinaryPrimitives.ReadUInt64BigEndian(block), BinaryPrimitives.ReadUInt64BigEndian(block.AsSpan(8)));
        Assert.Equal(new Goldilocks2(Goldilocks.FromUInt64(first), Goldilocks.FromUInt64(second)), transcript.Challenge());
    }

    [Fact]
    public void Every_message_label_and_boundary_changes_the_challenges()
    {
        var seen = new HashSet<Goldilocks2>();
        foreach (var absorb in new Action<Transcript>[]
        {
            _ => { }, t => t.Absorb("a"u8, [1]), t => t.Absorb("b"u8, [1]), t => t.Absorb("a"u8, [1, 0]), t => { t.Absorb("a"u8, [1]); t.Absorb("a"u8, [0]); },
            t => { t.Absorb("a"u8, [0]); t.Absorb("a"u8, [1]); }, t => t.Absorb("a"u8, []),
        })
        {
            var transcript = new KeccakTranscript();
            absorb(transcript);
            Assert.True(seen.Add(transcript.Challenge()));
            Assert.True(seen.Add(transcript.Challenge()));
            transcript.Absorb("a"u8, [5]);
            Assert.True(seen.Add(transcript.Challenge()));
        }
    }

    [Fact]
    public void Words_of_p_and_more_are_drawn_again()
    {
        var transcript = new Words(ulong.MaxValue, Goldilocks.Modulus, 5, Goldilocks.Modulus - 1);
        Assert.Equal(new Goldilocks2(Goldilocks.FromUInt64(5), -Goldilocks.One), transcript.Challenge());
    }

    [Fact]
    public void Positions_are_distinct_ascending_and_all_of_them_if_asked()
    {
        var transcript = new KeccakTranscript();
        Assert.Equal(Enumerable.Range(0, 64), transcript.Positions(64, 6));
        var some = transcript.Positions(150, 14);
        Assert.Equal(some.Distinct().Order(), some);
        Assert.All(some, p => Assert.InRange(p, 0, (1 << 14) - 1));
    }

    sealed class Words(params ulong[] words) : Transcript
    {
        int next;

        public override void Absorb(ReadOnlySpan<byte> label, ReadOnlySpan<byte> message) { }

        protected internal override ulong NextWord() => words[next++];
    }
}
