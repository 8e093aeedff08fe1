using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Threading;
using Counterfoil.Evm.Generator.Model;
using Counterfoil.Evm.Generator.Writing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Counterfoil.Evm.Generator;

/// <summary>
/// Writes the typed binding of every contract whose artifact is an additional file of the build (<c>*.json</c>): what a contract takes, returns and writes is said by the
/// compiler's ABI, and by nothing else. An artifact that is none is an error of the build.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class ContractBindingGenerator : IIncrementalGenerator
{
    /// <summary>The name of the step that reads one artifact: it runs again only for an artifact that changed.</summary>
    public const string Step = "Binding";

    /// <summary>An artifact cannot be read.</summary>
    public static readonly DiagnosticDescriptor Unreadable = new(
        "ABI001", "An artifact is not read", "'{0}' is not the artifact of a contract: {1}", "Contracts", DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var bindings = context.AdditionalTextsProvider
            .Where(static file => file.Path.EndsWith(".json", System.StringComparison.OrdinalIgnoreCase))
            .Select(Bind).WithTrackingName(Step);
        context.RegisterSourceOutput(bindings.Collect(), Add);
    }

    // Text in, text out: strings compare by value, so nothing after this runs for an artifact that gives the same.
    static Binding Bind(AdditionalText file, CancellationToken cancellation)
    {
        try
        {
            var contract = ArtifactReader.Read(file.GetText(cancellation)?.ToString() ?? throw new ArtifactException("it cannot be opened"));
            return new Binding(file.Path, BindingWriter.ClassOf(contract), BindingWriter.Write(contract), null);
        }
        catch (ArtifactException wrong)
        {
            return new Binding(file.Path, "", "", wrong.Message);
        }
    }

    static void Add(SourceProductionContext context, ImmutableArray<Binding> bindings)
    {
        foreach (var binding in bindings)
        {
            // The build compares the names of generated files without case.
            string? failure = binding.Failure ?? (bindings.Count(b => b.Class.Equals(binding.Class, System.StringComparison.OrdinalIgnoreCase)) > 1 ? "another artifact is of a contract of this name" : null);
            if (failure is null) context.AddSource($"{binding.Class}.g.cs", SourceText.From(binding.Source, System.Text.Encoding.UTF8));
            else context.ReportDiagnostic(Diagnostic.Create(Unreadable, Location.Create(binding.Path, default, default), Path.GetFileName(binding.Path), failure));
        }
    }

    sealed record Binding(string Path, string Class, string Source, string? Failure);
}
