using System.Collections.Immutable;
using System.Text;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Lineage;
using Counterfoil.Data.Lineage.Filters;
using Counterfoil.Data.Lineage.Transformations;
using Counterfoil.Data.Records;
using CsCheck;
using DatasetCommitted = Counterfoil.Evidence.Predicates.DatasetCommitment;

namespace Counterfoil.Tests.Data.Lineage;

/// <summary>Graphs that join and graphs that do not; transformations made again, and each way to lie about one.</summary>
public sealed class LineageTests
{
    static string Check(Verdict verdict) => verdict switch { Verdict.Rejected r => r.Reason.Check.Id, Verdict.Unverifiable u => $"? {u.Reason.Check.Id}", _ => "accepted" };

    static Sha256Digest Digest(string name) => Sha256.Hash(Encoding.UTF8.GetBytes(name));

    static DatasetCommitted Commitment(string name, params string[] parents) =>
        new(name, "jsonl/v1", 10, 100, Digest($"root {name}"), Digest($"sorted {name}"), "MIT", [.. parents.Select(Digest)], "test", DateTimeOffset.UnixEpoch);

    static TransformedDataset Node(string name) => new(Digest(name), Digest($"root {name}"), 10);

    static DataTransformation Made(string output, params string[] inputs) => new([.. inputs.Select(Node)], Node(output), "concatenate/v1", "", Digest("concatenate/v1"), "test");

    static string Build(IEnumerable<DatasetCommitted> commitments, params DataTransformation[] transformations) =>
        Check(LineageGraph.Build(commitments.ToDictionary(c => Digest(c.Name), c => c), transformations, out _));

    static readonly DatasetCommitted[] Family = [Commitment("a"), Commitment("b"), Commitment("c", "a", "b"), Commitment("d", "c"), Commitment("e", "c", "a")];

    [Fact]
    public void A_graph_that_joins_is_ordered_and_drawn()
    {
        Assert.Equal(Verdict.Accept, LineageGraph.Build(Family.ToDictionary(c => Digest(c.Name), c => c), [Made("c", "a", "b"), Made("d", "c")], out var graph));
        Assert.Equal(["d", "e"], graph!.Results.Select(n => n.Commitment.Name).Order());
        Assert.Equal(["a", "b"], graph.Sources.Select(n => n.Commitment.Name).Order());
        Assert.Equal(["a", "b", "c", "d"], graph.Ancestry(Digest("d")).Select(n => n.Commitment.Name).Order());
        string tree = LineageDrawing.Tree(graph);
        Assert.Contains("concatenate/v1", tree);
        Assert.Contains("by what no statement tells", tree);
        Assert.Contains("drawn above", tree);
        var svg = System.Xml.Linq.XDocument.Parse(LineageDrawing.Svg(graph));
        Assert.Equal(5, svg.Descendants().Count(e => e.Name.LocalName == "rect"));
        Assert.Equal(5, svg.Descendants().Count(e => e.Name.LocalName == "path" && (string?)e.Attribute("fill") == "none"));
    }

    [Fact]
    public void Names_that_are_markup_stay_text()
    {
        LineageGraph.Build(new Dictionary<Sha256Digest, DatasetCommitted> { [Digest("x")] = Commitment("<script>&\"") }, [], out var graph);
        Assert.DoesNotContain("<script", LineageDrawing.Svg(graph!));
    }

    [Fact]
    public void A_dataset_made_from_itself_is_refused()
    {
        Assert.Equal("data.lineage.cycle", Build([Commitment("a", "a")]));
        Assert.Equal("data.lineage.cycle", Build([Commitment("a", "c"), Commitment("b", "a"), Commitment("c", "b"), Commitment("d")]));
    }

    [Fact]
    public void A_parent_that_is_not_there_is_refused()
    {
        Assert.Equal("data.lineage.parent", Build(Family.Skip(1)));
        Assert.Equal("data.lineage.parent", Build([Commitment("a")], Made("b", "a")));
    }

    [Fact]
    public void A_parent_of_another_root_or_count_is_refused()
    {
        var made = Made("c", "a", "b");
        Assert.Equal("data.lineage.root", Build(Family, made with { Inputs = [made.Inputs[0] with { OrderedRoot = Digest("other") }, made.Inputs[1]] }));
        Assert.Equal("data.lineage.root", Build(Family, made with { Output = made.Output with { Records = 11 } }));
    }

    [Fact]
    public void Inputs_that_are_not_the_parents_are_refused()
    {
        Assert.Equal("data.lineage.inputs", Build(Family, Made("c", "a")));
        Assert.Equal("data.lineage.inputs", Build(Family, Made("d", "c", "a")));
    }

    [Fact]
    public void Two_transformations_that_made_one_dataset_are_refused() => Assert.Equal("data.lineage.maker", Build(Family, Made("c", "a", "b"), Made("c", "b", "a")));

    [Fact]
    public void A_statement_about_another_output_is_refused()
    {
        using var signer = Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]);
        var made = Made("c", "a", "b");
        var envelope = made.Sign("c", signer);
        Assert.Equal(Verdict.Accept, DataTransformation.Decode(envelope, out var read));
        Assert.Equal(made.Inputs.AsEnumerable(), read!.Inputs.AsEnumerable());
        string subject = $"{{\"counterfoilOrderedRoot\":\"{made.Output.OrderedRoot}\"}}";
        byte[] payload = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(envelope.Payload.Span).Replace(subject, subject.Replace(made.Output.OrderedRoot.ToString(), Digest("x").ToString(), StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.Equal("data.lineage.statement", Check(DataTransformation.Decode(Envelope.Sign(StatementCodec.MediaType, payload, signer), out _)));
    }

    // Transformations.

    sealed class Lines(params byte[][] records) : IRecordSource
    {
        public byte[][] Records { get; } = records;
        public Canonicaliser Canonicaliser => Canonicaliser.JsonLines;
        public int Count => Records.Length;
        public int MaxRecordBytes => Records.Select(r => r.Length).DefaultIfEmpty(1).Max();
        public ValueTask<int> ReadAsync(int place, Memory<byte> destination, CancellationToken cancellation = default)
        {
            Records[place].CopyTo(destination);
            return new(Records[place].Length);
        }
        public LeafManifest Leaves => DatasetCommitment.BuildAsync(this).GetAwaiter().GetResult().Leaves;
    }

    static readonly Bytes32 Seed = Sha256.Hash("an anchoring block"u8).Value;
    const int Samples = 60;

    static Lines Input(int count = 50) => new([.. Enumerable.Range(0, count).Select(i => Encoding.UTF8.GetBytes($$"""{"n":{{i}}, "lang":"{{(i % 3 == 0 ? "en" : "fr")}}", "same":{{i % 7}}}"""))]);

    sealed record Run(DataTransformation Statement, Lines[] Inputs, Lines Output, SampledReexecution Proof, Transformation Transformation, ImmutableArray<RecordOrigin> Origins)
    {
        public Verdict Verify(SampledReexecution? proof = null, string? program = null) =>
            (proof ?? Proof).Verify(Statement, [.. Inputs.Select(i => i.Canonicaliser)], Canonicaliser.JsonLines, Seed, Samples, program);
    }

    static DataTransformation State(Lines[] inputs, Lines output, Transformation transformation) =>
        new([.. inputs.Select(i => new TransformedDataset(Digest("in"), i.Leaves.Root, i.Count))], new(Digest("out"), output.Leaves.Root, output.Count), transformation.Operation, transformation.Parameters, transformation.ToolDigest, "test");

    /// <summary>Runs a transformation, changes what came out, states that, and makes the best samples there are.</summary>
    static Run Do(string operation, string parameters, Lines[] inputs, Func<List<byte[]>, List<byte[]>>? change = null, Func<ImmutableArray<RecordOrigin>, ImmutableArray<RecordOrigin>>? origins = null, string? program = null)
    {
        Assert.Equal(Verdict.Accept, Operations.Find(operation, parameters, out var transformation, program));
        var made = new List<byte[]>();
        Assert.Equal(Verdict.Accept, TransformationRun.Run(transformation!, inputs, r => made.Add(r.ToArray()), out var from));
        var output = new Lines([.. change is null ? made : change(made)]);
        if (origins is not null) from = origins(from);
        var statement = State(inputs, output, transformation!);
        return new(statement, inputs, output, SampledReexecution.Make(statement, inputs, [.. inputs.Select(i => i.Leaves)], output.Leaves, from, Canonicaliser.JsonLines, transformation!, Seed, Samples), transformation!, from);
    }

    public static TheoryData<string, string> BuiltIn => new()
    {
        { "filter/v1", "/lang == \"en\"" }, { "deduplicate/v1", "" }, { "canonical-json/v1", "" }, { "concatenate/v1", "" },
        { "shuffle/v1", $"seed={Seed}" }, { "sample/v1", $"seed={Seed};take=20" },
    };

    static Lines[] InputsOf(string operation) => operation == "concatenate/v1" ? [Input(), Input(20)] : operation == "deduplicate/v1" ? [new Lines([.. Input(20).Records, .. Input(30).Records])] : [Input()];

    [Theory]
    [MemberData(nameof(BuiltIn))]
    public void What_was_done_is_made_again_from_the_file(string operation, string parameters)
    {
        var run = Do(operation, parameters, InputsOf(operation));
        byte[] file = run.Proof.ToBytes();
        Assert.Equal(Verdict.Accept, SampledReexecution.Decode(file, out var read));
        Assert.Equal(file, read!.ToBytes());
        Assert.Equal("accepted", Check(run.Verify(read)));
        Assert.Equal(operation is "filter/v1" or "deduplicate/v1" or "canonical-json/v1" ? 2 * Samples : Samples, read.Samples.Length);
    }

    [Theory]
    [MemberData(nameof(BuiltIn))]
    public void Records_that_were_altered_are_found(string operation, string parameters) =>
        Assert.Equal("data.lineage.reexecution", Check(Do(operation, parameters, InputsOf(operation), made => [.. made.Select((r, i) => i % 4 == 0 ? (byte[])[.. r, (byte)' '] : r)]).Verify()));

    [Fact]
    public void What_was_done_to_whole_data_is_as_specified()
    {
        Assert.Equal(17, Do("filter/v1", "/lang == \"en\"", [Input()]).Output.Count);
        Assert.Equal(30, Do("deduplicate/v1", "", InputsOf("deduplicate/v1")).Output.Count);
        Assert.Equal("{\"lang\":\"en\",\"n\":0,\"same\":0}", Encoding.UTF8.GetString(Do("canonical-json/v1", "", [Input()]).Output.Records[0]));
        var shuffled = Do("shuffle/v1", $"seed={Seed}", [Input()]);
        Assert.Equal(Input().Records.Select(Convert.ToHexString).Order(), shuffled.Output.Records.Select(Convert.ToHexString).Order());
        Assert.NotEqual(Input().Records.Select(Convert.ToHexString), shuffled.Output.Records.Select(Convert.ToHexString));
        Assert.Equal(shuffled.Output.Records.Take(20), Do("sample/v1", $"seed={Seed};take=20", [Input()]).Output.Records);
    }

    [Fact]
    public void Records_wrongly_left_out_are_found() =>
        // Every second record that the filter keeps is gone, and the origins say so: what is there is right, and what is missing is found.
        Assert.Equal("data.lineage.omission", Check(Do("filter/v1", "/lang == \"en\"", [Input()], made => [.. made.Where((_, i) => i % 2 == 0)], from => [.. from.Where((_, i) => i % 2 == 0)]).Verify()));

    [Fact]
    public void Records_wrongly_kept_are_found()
    {
        var run = Do("filter/v1", "/lang == \"en\"", [Input()], _ => [.. Input().Records], _ => [.. Enumerable.Range(0, 50).Select(i => new RecordOrigin(0, i))]);
        Assert.Equal("data.lineage.reexecution", Check(run.Verify()));
    }

    [Fact]
    public void An_order_of_the_makers_choice_is_found()
    {
        var shuffle = Do("shuffle/v1", $"seed={Seed}", [Input()], made => [.. Input().Records], _ => [.. Enumerable.Range(0, 50).Select(i => new RecordOrigin(0, i))]);
        Assert.Equal("data.lineage.origin", Check(shuffle.Verify()));
        // Backwards, each record is made again as committed; only their order is not the input's.
        var reversed = Do("canonical-json/v1", "", [Input()], made => [.. made.AsEnumerable().Reverse()], from => [.. from.Reverse()]);
        var inputs = reversed.Proof.Samples[Samples..].Select(s => s with { OutputPlace = 49 - s.Origin.Place, OutputPath = reversed.Output.Leaves.InclusionPath(49 - (int)s.Origin.Place) });
        Assert.Equal("data.lineage.origin", Check(reversed.Verify(reversed.Proof with { Samples = [.. reversed.Proof.Samples[..Samples], .. inputs] })));
    }

    [Fact]
    public void A_record_twice_in_the_output_is_found_by_where_it_comes_from()
    {
        // One record fills the output: every sample is made again as committed, but all of them come from one place. (Inputs all the same, so that none is missing.)
        var input = new Lines([.. Enumerable.Range(0, 50).Select(_ => "{}"u8.ToArray())]);
        var run = Do("canonical-json/v1", "", [input], origins: from => [.. from.Select(_ => new RecordOrigin(0, 7))]);
        var inputs = run.Proof.Samples[Samples..].Select(s => s with { OutputPlace = 0, OutputPath = run.Output.Leaves.InclusionPath(0) });
        Assert.Equal("data.lineage.origin", Check(run.Verify(run.Proof with { Samples = [.. run.Proof.Samples[..Samples], .. inputs] })));
    }

    [Fact]
    public void Samples_of_the_makers_choice_are_found()
    {
        var run = Do("filter/v1", "/lang == \"en\"", [Input()]);
        Assert.Equal("data.lineage.sample", Check(run.Verify(run.Proof with { Samples = [.. run.Proof.Samples.Skip(1)] })));
        Assert.Equal("data.lineage.sample", Check(run.Verify(run.Proof with { Samples = [.. run.Proof.Samples.Reverse()] })));
        Assert.Equal("data.lineage.sample", Check(run.Verify(run.Proof with { Seed = Digest("friendly").Value })));
    }

    [Fact]
    public void Another_count_tool_or_operation_than_stated_is_found()
    {
        var run = Do("shuffle/v1", $"seed={Seed}", [Input()]);
        Assert.Equal("data.lineage.count", Check((run with { Statement = run.Statement with { Output = run.Statement.Output with { Records = 49 } } }).Verify()));
        Assert.Equal("data.lineage.tool", Check((run with { Statement = run.Statement with { ToolDigest = Digest("x") } }).Verify()));
        Assert.Equal("data.lineage.operation", Check((run with { Statement = run.Statement with { Operation = "improve/v1" } }).Verify()));
        Assert.Equal("data.lineage.operation", Check((run with { Statement = run.Statement with { Parameters = "seed=1" } }).Verify()));
        Assert.Equal("data.lineage.operation", Check(Operations.Find("deduplicate/v1", "fast", out _)));
        var filter = Do("filter/v1", "/lang == \"en\"", [Input()]);
        Assert.Equal("data.lineage.count", Check((filter with { Statement = filter.Statement with { Output = filter.Statement.Output with { Records = 51 } } }).Verify()));
    }

    [Fact]
    public void An_input_record_that_was_not_committed_is_refused()
    {
        var run = Do("canonical-json/v1", "", [Input()]);
        Assert.Equal("merkle.inclusion", Check(run.Verify(run.Proof with { Samples = [run.Proof.Samples[0] with { Record = "{}"u8.ToArray() }, .. run.Proof.Samples[1..]] })));
        Assert.Equal("data.lineage.origin", Check(run.Verify(run.Proof with { Samples = [run.Proof.Samples[0] with { Origin = new(3, 0) }, .. run.Proof.Samples[1..]] })));
    }

    [Fact]
    public void A_program_is_run_by_its_digest()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("skipped: the program is a shell script");
            return;
        }
        string folder = Directory.CreateTempSubdirectory("counterfoil-program-").FullName, upper = Path.Combine(folder, "upper"), other = Path.Combine(folder, "other");
        try
        {
            // Drops what is French, and otherwise writes its argument before the record; the environment is empty.
            File.WriteAllText(upper, "#!/bin/sh\nIFS= read -r line\ncase \"$line\" in *fr*) exit 10;; esac\nprintf '%s%s%s' \"$1\" \"$HOME\" \"$line\"\n");
            File.WriteAllText(other, "#!/bin/sh\ncat\n");
            foreach (string program in (string[])[upper, other]) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            var run = Do("command/v1", "> ", [Input(9)], program: upper);
            Assert.Equal(3, run.Output.Count);
            Assert.StartsWith("> {\"n\":0", Encoding.UTF8.GetString(run.Output.Records[0]), StringComparison.Ordinal);
            Assert.Equal("accepted", Check(run.Verify(program: upper)));
            Assert.Equal("data.lineage.tool", Check(run.Verify(program: other)));
            Assert.Equal("? data.lineage.tool", Check(run.Verify()));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_stated_probability_of_escape_is_the_frequency_of_it()
    {
        // A tenth of the records altered; five samples; a fresh seed each time.
        const int Tries = 400, Few = 5;
        Operations.Find("canonical-json/v1", "", out var transformation);
        Lines input = Input(100), honest = new([.. input.Records.Select(r => CanonicalForm.Of(r)!)]), output = new([.. honest.Records.Select((r, i) => i % 10 == 0 ? "{}"u8.ToArray() : r)]);
        var statement = State([input], output, transformation!);
        ImmutableArray<RecordOrigin> origins = [.. Enumerable.Range(0, 100).Select(i => new RecordOrigin(0, i))];
        LeafManifest inputLeaves = input.Leaves, outputLeaves = output.Leaves;
        int escaped = 0;
        for (int i = 0; i < Tries; i++)
        {
            var seed = Digest($"block {i}").Value;
            var proof = SampledReexecution.Make(statement, [input], [inputLeaves], outputLeaves, origins, Canonicaliser.JsonLines, transformation!, seed, Few);
            if (proof.Samples.Take(Few).All(s => s.OutputPlace % 10 != 0)) escaped++;
        }
        double expected = SampledReexecution.Escape(0.1, Few);
        Assert.Equal(0.59049, expected, 10);
        Assert.InRange(escaped / (double)Tries, expected - 0.1, expected + 0.1);
    }

    [Theory]
    [InlineData("/lang == \"en\" and /n < 10", 4)]
    [InlineData("/lang == \"en\" or /n == 1", 18)]
    [InlineData("not (/lang == \"en\")", 33)]
    [InlineData("not /lang == \"en\" and /n >= 1e1 and /n <= 2.0E+1", 8)]
    [InlineData("/lang contains \"r\"", 33)]
    [InlineData("/nothing", 0)]
    [InlineData("not /nothing", 50)]
    [InlineData("/nothing == /neither", 50)]
    [InlineData("/n", 50)]
    [InlineData("/n < \"5\"", 0)]
    [InlineData("/lang < \"f\"", 17)]
    [InlineData("length > 30", 40)]
    [InlineData("true", 50)]
    [InlineData("null", 0)]
    public void A_filter_holds_for_as_many_records(string text, int count)
    {
        Assert.Equal(Verdict.Accept, RecordFilter.Parse(text, out var filter));
        int holds = Input().Records.Count(r => filter!.Holds(r));
        if (text.StartsWith("length", StringComparison.Ordinal)) count = Input().Records.Count(r => r.Length > 30);
        Assert.Equal(count, holds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a ==")]
    [InlineData("/a = 1")]
    [InlineData("(/a")]
    [InlineData("/a /b")]
    [InlineData("\"open")]
    [InlineData("lang == 1")]
    [InlineData("1e999 == 1")]
    public void What_is_no_filter_is_refused(string text) => Assert.Equal("data.lineage.operation", Check(RecordFilter.Parse(text, out _)));

    [Fact]
    public void Filters_never_throw_whatever_they_are_given() =>
        Gen.Select(Choice.Of("/a", "not", "(", ")", "and", "or", "==", "\"x\"", "1", "length", "contains", "<").Array[0, 10], Gen.Byte.Array[0, 30])
            .Sample((words, record) => { if (RecordFilter.Parse(string.Join(' ', words), out var filter).IsAccepted) filter!.Holds(record); }, iter: 1000);

    [Theory]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("\"\\ud800\"")]
    [InlineData("1e999")]
    [InlineData("{")]
    public void What_is_no_I_JSON_has_no_canonical_form(string json) => Assert.Null(CanonicalForm.Of(Encoding.UTF8.GetBytes(json)));
}
