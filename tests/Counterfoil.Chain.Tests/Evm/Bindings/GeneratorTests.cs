using System.Collections.Immutable;
using Counterfoil.Evm.Generator;
using Counterfoil.Tests;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Counterfoil.Chain.Tests.Evm.Bindings;

/// <summary>The generator beside a compiler: what it makes of artifacts that are none, and what it makes again.</summary>
public sealed class GeneratorTests
{
    sealed class Artifact(string path, string? text) : AdditionalText
    {
        public override string Path => path;
        public override SourceText? GetText(CancellationToken cancellationToken = default) => text is null ? null : SourceText.From(text);
    }

    static readonly CSharpCompilation Empty = CSharpCompilation.Create("Bindings",
        references: ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(p => !Path.GetFileName(p).StartsWith("Counterfoil.Chain", StringComparison.Ordinal)).Select(p => MetadataReference.CreateFromFile(p)),
        options: new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    static CSharpGeneratorDriver Driver(params AdditionalText[] artifacts) => CSharpGeneratorDriver.Create([new ContractBindingGenerator().AsSourceGenerator()], artifacts,
        new CSharpParseOptions(LanguageVersion.CSharp14, DocumentationMode.Diagnose), driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    static string Function(string name, string inputs = "", string extra = "") => $$"""{"type":"function","name":"{{name}}","inputs":[{{inputs}}],"outputs":[]{{extra}}}""";

    static string Contract(string abi, string name = "Thing", string extra = "") => $$"""{"contractName":"{{name}}","abi":[{{abi}}]{{extra}}}""";

    static (ImmutableArray<Diagnostic> Reported, ImmutableArray<Diagnostic> Compiled, string Source) Build(params AdditionalText[] artifacts)
    {
        var driver = Driver(artifacts).RunGeneratorsAndUpdateCompilation(Empty, out var compilation, out var reported);
        Assert.All(driver.GetRunResult().Results, r => Assert.Null(r.Exception));
        return (reported, [.. compilation.GetDiagnostics().Where(d => d.Severity >= DiagnosticSeverity.Warning)], string.Concat(driver.GetRunResult().GeneratedTrees.Select(t => t.ToString())));
    }

    [Fact]
    public void Every_artifact_of_ours_has_a_binding_that_compiles_without_a_warning()
    {
        var files = Directory.GetFiles(Path.Combine(Surroundings.Root, "contracts", "artifacts"), "*.json");
        // Under other names, for the bindings themselves are in a library that is referred to.
        var (reported, compiled, source) = Build([.. files.Select(f => new Artifact(f, File.ReadAllText(f).Replace($"\"contractName\": \"{Path.GetFileNameWithoutExtension(f)}\"", $"\"contractName\": \"Again{Path.GetFileNameWithoutExtension(f)}\"")))]);
        Assert.Empty(reported);
        Assert.Empty(compiled);
        Assert.All(files, f => Assert.Contains($"public static partial class Again{Path.GetFileNameWithoutExtension(f)}Contract", source));
    }

    public static TheoryData<string, string> Hostile => new()
    {
        { "", "not JSON" },
        { "nonsense", "not JSON" },
        { "[]", "not an object" },
        { "{}", "lacks 'contractName'" },
        { """{"contractName":"A","contractName":"B","abi":[]}""", "'contractName' once" },
        { Contract("") + "x", "not JSON" },
        { "{\"contractName\":\"A\",\"abi\":" + new string('[', 100_000), "at most 64 levels" },
        { Contract("", "A { } class B"), "no identifier" },
        { Contract("", "1A"), "no identifier" },
        { Contract("", new string('A', 1_000)), "no identifier" },
        { Contract("null"), "not an object" },
        { Contract("""{"type":"function"}"""), "lacks 'name'" },
        { Contract("""{"type":"function","name":"f","inputs":[]}"""), "lacks 'outputs'" },
        { Contract("""{"type":"spell","name":"f"}"""), "of type 'spell'" },
        { Contract(Function("f() { }")), "no identifier" },
        { Contract(Function("f\\n")), "no identifier" },
        { Contract(Function("f", """{"name":"x\"); Evil(","type":"uint256"}""")), "no identifier" },
        { Contract(Function("f", """{"name":"indexed","type":"uint256"}""")), "no identifier" },
        { Contract(Function("f", """{"name":"x","type":"uint257"}""")), "'uint257'" },
        { Contract(Function("f", """{"name":"x","type":"uint7"}""")), "'uint7'" },
        { Contract(Function("f", """{"name":"x","type":"bytes33"}""")), "'bytes33'" },
        { Contract(Function("f", """{"name":"x","type":"function"}""")), "'function'" },
        { Contract(Function("f", """{"name":"x","type":"fixed128x18"}""")), "'fixed128x18'" },
        { Contract(Function("f", """{"name":"x","type":"uint8[0]"}""")), "'uint8[0]'" },
        { Contract(Function("f", """{"name":"x","type":"uint8[99999999999]"}""")), "'uint8[99999999999]'" },
        { Contract(Function("f", """{"name":"x","type":"uint8[1000000][1000000]"}""")), "too large" },
        { Contract(Function("f", $$"""{"name":"x","type":"uint8{{string.Concat(Enumerable.Repeat("[]", 13))}}"}""")), "too large" },
        { Contract(Function("f", """{"name":"x","type":"uint8["}""")), "'uint8['" },
        { Contract(Function("f", """{"name":"x","type":"tuple"}""")), "lacks 'components'" },
        { Contract(Function("f", """{"name":"x","type":"tuple","components":[]}""")), "is empty" },
        { Contract(Function("f", """{"name":"x","type":"tuple","components":[{"name":"","type":"bool"}]}""")), "without a name" },
        { Contract(Function("f", """{"name":"x","type":"tuple","internalType":"struct A B","components":[{"name":"a","type":"bool"}]}""")), "no identifier" },
        { Contract(Function("f", Nested(14))), "nests deeper" },
        { Contract(Function("f") + "," + Function("f")), "function f() twice" },
        { Contract("""{"type":"event","name":"E","inputs":[{"name":"a","type":"bool","indexed":true},{"name":"b","type":"bool","indexed":true},{"name":"c","type":"bool","indexed":true},{"name":"d","type":"bool","indexed":true}]}"""), "more indexed arguments" },
        { Contract(Function("f", """{"name":"x","type":"bool","indexed":true}""")), "has an indexed argument" },
        { Contract("""{"type":"constructor","inputs":[]},{"type":"constructor","inputs":[]}"""), "more than one constructor" },
    };

    static string Nested(int depth) => depth == 0 ? """{"name":"x","type":"bool"}""" : $$"""{"name":"x","type":"tuple","components":[{{Nested(depth - 1)}}]}""";

    [Theory]
    [MemberData(nameof(Hostile))]
    public void What_is_no_artifact_is_an_error_of_the_build_and_no_source(string text, string why)
    {
        var (reported, _, source) = Build(new Artifact("/contracts/Thing.json", text));
        var error = Assert.Single(reported);
        Assert.Equal(("ABI001", DiagnosticSeverity.Error), (error.Id, error.Severity));
        Assert.Contains(why, error.GetMessage(), StringComparison.Ordinal);
        Assert.Contains("Thing.json", error.GetMessage(), StringComparison.Ordinal);
        Assert.Equal("", source);
    }

    [Fact]
    public void A_file_that_cannot_be_opened_is_an_error_and_two_contracts_of_one_name_are_two()
    {
        Assert.Contains("cannot be opened", Assert.Single(Build(new Artifact("/a.json", null)).Reported).GetMessage());
        var (reported, _, source) = Build(new Artifact("/a/Thing.json", Contract("")), new Artifact("/b/Thing.json", Contract("", "thing")), new Artifact("/c/Other.json", Contract("", "Other")));
        Assert.Equal(2, reported.Length);
        Assert.Contains("class OtherContract", source);
        Assert.DoesNotContain("class ThingContract", source);
    }

    [Fact]
    public void Documentation_cannot_break_out_of_its_comment()
    {
        string evil = """ </summary> } \n class Evil { }\r class Evil { } \u2028 class Evil { } \u0085 class Evil { } \u0000 \ud800 <&\" """;
        string docs = """
            ,"userdoc":{"notice":"EVIL","methods":{"f(bool)":{"notice":"EVIL"}},"events":7,"errors":{"f()":"x"}},
            "devdoc":{"title":"EVIL","methods":{"f(bool)":{"params":{"x":"EVIL"}}}}
            """.Replace("EVIL", evil, StringComparison.Ordinal);
        var (reported, compiled, _) = Build(new Artifact("/Thing.json", Contract(Function("f", """{"name":"x","type":"bool"}"""), extra: docs)));
        Assert.Empty(reported);
        Assert.Empty(compiled);
    }

    [Fact]
    public void What_the_author_wrote_is_the_documentation()
    {
        string source = Build(new Artifact("/Everything.json", File.ReadAllText(Path.Combine(Surroundings.Root, "tests", "Counterfoil.Chain.Tests", "Evm", "Bindings", "Everything.json")))).Source;
        Assert.Contains("/// <summary>Not deployed: &lt;its&gt; ABI is &quot;read&quot; &amp; bound.</summary>", source);
        Assert.Contains("/// <summary>Sends a mail.</summary>\n    /// <param name=\"Mail\">The mail.</param>", source);
        Assert.Contains("/// <param name=\"Sent\">Whether it went out.</param>\n    /// <param name=\"When\">Unix seconds.</param>", source);
    }

    [Fact]
    public void Names_that_shadow_the_library_or_each_other_still_compile()
    {
        string tuple(string name, string member) => $$"""{"name":"x","type":"tuple","internalType":"struct {{name}}","components":[{"name":"{{member}}","type":"address"}]}""";
        string abi = string.Join(',',
            Function("a", tuple("Address", "address_")), Function("b", tuple("System", "global")), Function("c", tuple("ThingContract", "Read")), Function("d", tuple("AbiValue", "ToValues")),
            Function("e", tuple("Counterfoil", "Type")), Function("f", tuple("FCall", "typedData")), Function("g", tuple("Constructor", "HashStruct")), Function("F", """{"name":"Encode","type":"string"}"""),
            Function("h", tuple("UInt256", "x") + """,{"name":"abi","type":"uint256"},{"name":"Decode","type":"uint256"},{"name":"Function","type":"uint256"}"""));
        var (reported, compiled, _) = Build(new Artifact("/Thing.json", Contract(abi)));
        Assert.Empty(reported);
        Assert.Empty(compiled);
    }

    [Fact]
    public void Only_the_artifact_that_changed_is_read_again()
    {
        AdditionalText one = new Artifact("/One.json", Contract("", "One")), two = new Artifact("/Two.json", Contract("", "Two"));
        var driver = Driver(one, two).RunGenerators(Empty);
        driver = driver.RunGenerators(Empty.AddSyntaxTrees(CSharpSyntaxTree.ParseText("class Unrelated;", cancellationToken: TestContext.Current.CancellationToken)));
        Assert.All(Steps(driver), s => Assert.Equal(IncrementalStepRunReason.Cached, s));
        driver = driver.ReplaceAdditionalText(two, new Artifact("/Two.json", Contract(Function("f"), "Two"))).RunGenerators(Empty);
        Assert.Equal([IncrementalStepRunReason.Cached, IncrementalStepRunReason.Modified], Steps(driver));
        // Other text of the same meaning gives the same source, and nothing after it runs.
        var read = driver.GetRunResult();
        driver = driver.ReplaceAdditionalText(one, new Artifact("/One.json", " " + Contract("", "One"))).RunGenerators(Empty);
        Assert.Contains(IncrementalStepRunReason.Unchanged, Steps(driver));
        Assert.All(driver.GetRunResult().Results.Single().TrackedOutputSteps.SelectMany(s => s.Value).SelectMany(s => s.Outputs), o => Assert.Equal(IncrementalStepRunReason.Cached, o.Reason));
        Assert.Equal(read.GeneratedTrees.Select(t => t.ToString()), driver.GetRunResult().GeneratedTrees.Select(t => t.ToString()));
    }

    static IEnumerable<IncrementalStepRunReason> Steps(GeneratorDriver driver) =>
        driver.GetRunResult().Results.Single().TrackedSteps[ContractBindingGenerator.Step].SelectMany(s => s.Outputs).Select(o => o.Reason);
}
