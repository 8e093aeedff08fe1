using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Hiding;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Zk;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Attacks;

/// <summary>
/// Fiat–Shamir, seen from outside: whatever changes in the statement, the model or a message changes every challenge after it and none before it.
/// </summary>
public sealed class AbsorptionTests
{
    static readonly RegisteredGraph Registered = RandomModels.Register(4, 3, 2);

    static readonly int[] Input = [5, -6, 7];

    static readonly ProvenExecution Proven = Registered.Prove(Input, Forging.Context);

    static ExecutionStatement Statement => new(Registered.Model, Input, Proven.Output.AsMemory(), Forging.Context);

    [Fact]
    public void Every_byte_of_every_message_moves_every_challenge_after_it_and_none_before() =>
        EveryByteCounts(Proven.Proof, (proof, transcript) => ExecutionProof.Verify(Statement, proof, transcript));

    [Fact]
    public void So_does_every_byte_of_a_registration() =>
        EveryByteCounts(Registered.RegistrationProof, (proof, transcript) => RegistrationProof.Verify(Registered.Model, proof, transcript));

    [Fact]
    public void So_do_bytes_of_every_message_where_weights_are_hidden()
    {
        var statement = Hiding.Hidden.Statement;
        EveryByteCounts(Hiding.Hidden.Prove(false), (proof, transcript) => ExecutionProof.Verify(statement, proof, transcript), 89);
        EveryByteCounts(Hiding.Hidden.Registered.RegistrationProof, (proof, transcript) => RegistrationProof.Verify(statement.Model, proof, transcript), 89);
    }

    [Fact]
    public void Whatever_a_statement_says_moves_the_first_challenge()
    {
        var (first, model) = (new HashSet<ulong>(), Registered.Model);
        var map = (LinearMap)model.Graph.Nodes[0];
        var code = model.Parameters.Code;
        foreach (var statement in new[]
        {
            Statement,
            Statement with { Input = new[] { 5, -6, 8 } },
            Statement with { Output = Proven.Output.Select(v => v > 0 ? v - 1 : v + 1).ToArray() },
            Statement with { Context = default },
            Statement with { Model = With(model.Graph with { Nodes = model.Graph.Nodes.SetItem(0, map with { BiasBits = map.BiasBits + 1 }) }, model.Parameters, model.WeightRoot) },
            Statement with { Model = With(model.Graph, model.Parameters, Keccak256.Hash("another root"u8)) },
            Statement with { Model = With(model.Graph, model.Parameters with { Code = code with { Queries = code.Queries + 1 } }, model.WeightRoot) },
        })
        {
            Assert.True(first.Add(FirstWord(statement)));
            var log = new Log(new KeccakTranscript());
            RegistrationProof.Verify(statement.Model, Registered.RegistrationProof, log);
            if (statement.Model != model || first.Count == 1) Assert.True(first.Add(log.Words[0].Word), "a registration and an execution share no challenge");
        }
    }

    [Fact]
    public void So_does_every_commitment_to_a_hidden_tensor()
    {
        var (one, other) = (new TensorCase("mlp"), new TensorCase("mlp"));
        var words = new[] { one.Statement(null, null), one.Statement(one.X, null), one.Statement(other.X, null), one.Statement(null, one.Y), one.Statement(null, other.Y), one.Statement(one.X, one.Y), one.Statement(one.X, other.Y) }.Select(FirstWord).ToList();
        Assert.Equal(words.Count, words.Distinct().Count());
    }

    static ulong FirstWord(ExecutionStatement statement)
    {
        Assert.Equal(Verdict.Accept, statement.Check(out var plan));
        var log = new Log(new KeccakTranscript());
        statement.AbsorbInto(plan!, log.Absorb);
        log.Challenge();
        return log.Words[0].Word;
    }

    static CommittedGraph With(IntegerGraph graph, CommitmentParameters parameters, Keccak256Digest root)
    {
        Assert.True(CommittedGraph.Create(graph, parameters, root, out var model).IsAccepted);
        return model!;
    }

    static void EveryByteCounts(byte[] proof, Func<byte[], Transcript, Verdict> verify, int stride = 5)
    {
        var honest = new Log(new KeccakTranscript());
        Assert.True(verify(proof, honest).IsAccepted);
        // What the roots bind (columns, salts and siblings) is not absorbed; it follows all that is.
        int absorbed = honest.Messages.Sum(m => m.FromProof);
        for (int at = 0; at < absorbed; at += 1 + at % stride)
        {
            var changed = (byte[])proof.Clone();
            changed[at] ^= 1;
            var log = new Log(new KeccakTranscript());
            Assert.False(verify(changed, log).IsAccepted);
            int before = honest.Words.TakeWhile(w => w.ReadSoFar <= at).Count();
            Assert.Equal(honest.Words.Take(before), log.Words.Take(before));
            foreach (var (one, other) in honest.Words.Skip(before).Zip(log.Words.Skip(before))) Assert.NotEqual(one.Word, other.Word);
        }
    }

    /// <summary>Remembers what was absorbed and what had been read of the proof when each word was drawn.</summary>
    sealed class Log(Transcript inner) : Transcript
    {
        int read;

        public List<(string Label, int FromProof)> Messages { get; } = [];

        public List<(ulong Word, int ReadSoFar)> Words { get; } = [];

        public override void Absorb(ReadOnlySpan<byte> label, ReadOnlySpan<byte> message)
        {
            string name = System.Text.Encoding.UTF8.GetString(label);
            int fromProof = name is "protocol" or "model" or "root" or "shapes" or "input" or "output" or "hidden-input" or "hidden-output" or "context" ? 0 : message.Length;
            Messages.Add((name, fromProof));
            read += fromProof;
            inner.Absorb(label, message);
        }

        protected internal override ulong NextWord()
        {
            ulong word = inner.NextWord();
            Words.Add((word, read));
            return word;
        }
    }
}
