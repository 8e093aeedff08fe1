using System.Collections.Immutable;
using System.Globalization;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Guarding;
using Counterfoil.Data.Lineage.Filters;

namespace Counterfoil.Data.Lineage.Transformations;

/// <summary><c>filter/v1</c>: the records for which a filter holds, in their order.</summary>
public sealed class FilterOperation(RecordFilter filter) : Transformation
{
    /// <inheritdoc/>
    public override string Operation => "filter/v1";
    /// <inheritdoc/>
    public override string Parameters => filter.Text;
    /// <inheritdoc/>
    public override bool OriginsFollowFromCounts => false;
    /// <inheritdoc/>
    public override long? OutputCount(ImmutableArray<long> inputs) => null;
    /// <inheritdoc/>
    public override bool Keeps(ReadOnlyMemory<byte> record) => filter.Holds(record);
}

/// <summary><c>deduplicate/v1</c>: each distinct record once, where it stands first.</summary>
public sealed class DeduplicateOperation : Transformation
{
    /// <inheritdoc/>
    public override string Operation => "deduplicate/v1";
    /// <inheritdoc/>
    public override bool OriginsFollowFromCounts => false;
    /// <inheritdoc/>
    public override long? OutputCount(ImmutableArray<long> inputs) => null;
    /// <inheritdoc/>
    public override bool KeepsFirstAlone => true;
}

/// <summary><c>canonical-json/v1</c>: each record as RFC 8785 writes it; records that are no I-JSON are left out.</summary>
public sealed class CanonicalJsonOperation : Transformation
{
    /// <inheritdoc/>
    public override string Operation => "canonical-json/v1";
    /// <inheritdoc/>
    public override bool OriginsFollowFromCounts => false;
    /// <inheritdoc/>
    public override long? OutputCount(ImmutableArray<long> inputs) => null;
    /// <inheritdoc/>
    public override bool Keeps(ReadOnlyMemory<byte> record) => CanonicalForm.Of(record) is not null;
    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> record) => CanonicalForm.Of(record) ?? throw new InvalidOperationException("a record that is not kept");
}

/// <summary><c>concatenate/v1</c>: the records of all inputs, one input after the other.</summary>
public sealed class ConcatenateOperation : Transformation
{
    /// <inheritdoc/>
    public override string Operation => "concatenate/v1";
    /// <inheritdoc/>
    public override bool OriginsFollowFromCounts => true;
    /// <inheritdoc/>
    public override long? OutputCount(ImmutableArray<long> inputs) => inputs.Sum();
    /// <inheritdoc/>
    public override Verdict Suits(ImmutableArray<long> inputs) => inputs.Length > 0 ? Verdict.Accept : Verdict.Reject(LineageChecks.Operation, "at least one input", "none");

    /// <inheritdoc/>
    public override RecordOrigin OriginOf(long output, ImmutableArray<long> inputs)
    {
        for (int input = 0; input < inputs.Length; input++)
        {
            if (output < inputs[input]) return new(input, output);
            output -= inputs[input];
        }
        throw new ArgumentOutOfRangeException(nameof(output), output, "beyond all inputs");
    }
}

/// <summary><c>shuffle/v1</c> and <c>sample/v1</c>: a permutation by a seed, all of it or its beginning.</summary>
/// <remarks>Places 0 … n − 1; for i = 0 … take − 1 swap place i with place i + below(n − i), with the numbers of <c>docs/data.md</c> under the tag <c>counterfoil/transformation-order/v1</c>, no context.</remarks>
public sealed class PermuteOperation(Bytes32 seed, int? take) : Transformation
{
    ImmutableArray<int> order;

    /// <inheritdoc/>
    public override string Operation => take is null ? "shuffle/v1" : "sample/v1";
    /// <inheritdoc/>
    public override string Parameters => take is null ? $"seed={seed}" : $"seed={seed};take={take}";
    /// <inheritdoc/>
    public override bool OriginsFollowFromCounts => true;
    /// <inheritdoc/>
    public override long? OutputCount(ImmutableArray<long> inputs) => take ?? inputs[0];

    /// <inheritdoc/>
    public override Verdict Suits(ImmutableArray<long> inputs)
    {
        if (!base.Suits(inputs).IsAccepted) return base.Suits(inputs);
        if (inputs[0] > Array.MaxLength) return Verdict.Reject(LineageChecks.Operation, $"at most {Array.MaxLength} records to permute", $"{inputs[0]}");
        return take <= inputs[0] || take is null ? Verdict.Accept : Verdict.Reject(LineageChecks.Operation, $"at most {inputs[0]} records to take", $"{take}");
    }

    /// <inheritdoc/>
    public override RecordOrigin OriginOf(long output, ImmutableArray<long> inputs)
    {
        int n = (int)inputs[0], first = take ?? n;
        if (order.IsDefault || order.Length != first) order = Draw(n, first);
        return new(0, order[(int)output]);
    }

    ImmutableArray<int> Draw(int n, int first)
    {
        var places = new int[n];
        for (int i = 0; i < n; i++) places[i] = i;
        var sequence = new SeededSequence(Domains.TransformationOrder, seed, []);
        for (int i = 0; i < first; i++)
        {
            int j = i + sequence.Below(n - i);
            (places[i], places[j]) = (places[j], places[i]);
        }
        return [.. places.AsSpan(0, first)];
    }
}

/// <summary>The operations that are registered here: a name and parameters become a transformation that can be run.</summary>
public static class Operations
{
    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["filter/v1", "deduplicate/v1", "canonical-json/v1", "concatenate/v1", "shuffle/v1", "sample/v1", CommandOperation.Name];

    /// <summary>Finds an operation, its parameters as a statement has them.</summary>
    /// <param name="name">The operation's name.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="transformation">The transformation, when accepted.</param>
    /// <param name="program">For a command: the file to run. Its digest is checked against the statement, not its name.</param>
    public static Verdict Find(string name, string parameters, out Transformation? transformation, string? program = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        transformation = null;
        switch (name)
        {
            case "filter/v1":
                var verdict = RecordFilter.Parse(parameters, out var filter);
                if (!verdict.IsAccepted) return verdict;
                transformation = new FilterOperation(filter!);
                break;
            case "deduplicate/v1": transformation = new DeduplicateOperation(); break;
            case "canonical-json/v1": transformation = new CanonicalJsonOperation(); break;
            case "concatenate/v1": transformation = new ConcatenateOperation(); break;
            case "shuffle/v1" when Seed(parameters) is { } seed: transformation = new PermuteOperation(seed, null); break;
            case "sample/v1" when parameters.Split(';') is [var first, var second] && Seed(first) is { } seed && second.StartsWith("take=", StringComparison.Ordinal)
                && int.TryParse(second.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out int take):
                transformation = new PermuteOperation(seed, take);
                break;
            case CommandOperation.Name:
                if (program is null) return Verdict.CannotTell(LineageChecks.Tool, "the program's file, to run it again");
                transformation = new CommandOperation(program, parameters);
                break;
        }
        if (transformation is null) return Verdict.Reject(LineageChecks.Operation, $"one of {string.Join(", ", Names)}, with its parameters", $"{Short(name)} with \"{Short(parameters)}\"");
        if (transformation.Parameters == parameters) return Verdict.Accept;
        transformation = null;
        return Verdict.Reject(LineageChecks.Operation, $"the one form of the parameters of {name}", $"\"{Short(parameters)}\"");
    }

    static Bytes32? Seed(string text) => text.StartsWith("seed=", StringComparison.Ordinal) && Bytes32.TryParseHex(text[5..], out var seed) ? seed : null;

    static string Short(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
