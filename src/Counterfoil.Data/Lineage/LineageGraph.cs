using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Predicates;

namespace Counterfoil.Data.Lineage;

/// <summary>A dataset of the graph.</summary>
/// <param name="Statement">The payload digest of its commitment.</param>
/// <param name="Commitment">What was committed.</param>
/// <param name="MadeBy">The transformation that made it, or null: a source, or made by what no statement tells.</param>
public sealed record LineageNode(Sha256Digest Statement, DatasetCommitment Commitment, DataTransformation? MadeBy);

/// <summary>Datasets and the transformations between them: nodes are commitments, by the digests of their statements.</summary>
public sealed class LineageGraph
{
    readonly Dictionary<Sha256Digest, LineageNode> nodes;

    LineageGraph(Dictionary<Sha256Digest, LineageNode> nodes, ImmutableArray<LineageNode> ordered) => (this.nodes, Nodes) = (nodes, ordered);

    /// <summary>All datasets, parents before what was made of them, otherwise in the order of their digests.</summary>
    public ImmutableArray<LineageNode> Nodes { get; }

    /// <summary>The datasets from which no other of the graph was made.</summary>
    public IEnumerable<LineageNode> Results => Nodes.Where(n => !Nodes.Any(m => m.Commitment.Parents.Contains(n.Statement)));

    /// <summary>The datasets that name no parent.</summary>
    public IEnumerable<LineageNode> Sources => Nodes.Where(n => n.Commitment.Parents.IsEmpty);

    /// <summary>The dataset with a statement's digest.</summary>
    public LineageNode this[Sha256Digest statement] => nodes[statement];

    /// <summary>Everything that a dataset was made from, itself last; parents before children, each once.</summary>
    public ImmutableArray<LineageNode> Ancestry(Sha256Digest statement)
    {
        var wanted = new HashSet<Sha256Digest> { statement };
        foreach (var node in Nodes.Reverse())
            if (wanted.Contains(node.Statement)) wanted.UnionWith(node.Commitment.Parents);
        return [.. Nodes.Where(n => wanted.Contains(n.Statement))];
    }

    /// <summary>Joins statements to a graph, and checks that they do join.</summary>
    /// <param name="commitments">Commitments by the payload digests of their statements, whose signatures were checked.</param>
    /// <param name="transformations">Transformations, whose signatures were checked.</param>
    /// <param name="graph">The graph, when accepted.</param>
    public static Verdict Build(IReadOnlyDictionary<Sha256Digest, DatasetCommitment> commitments, IEnumerable<DataTransformation> transformations, out LineageGraph? graph)
    {
        ArgumentNullException.ThrowIfNull(commitments);
        graph = null;
        var makers = new Dictionary<Sha256Digest, DataTransformation>();
        foreach (var made in transformations)
        {
            foreach (var dataset in made.Inputs.Append(made.Output))
            {
                if (!commitments.TryGetValue(dataset.Statement, out var commitment)) return Verdict.Reject(LineageChecks.Parent, $"the commitment {dataset.Statement} in the graph", $"none, though {made.Operation} names it");
                if (dataset.OrderedRoot != commitment.OrderedRoot || dataset.Records != commitment.Records)
                    return Verdict.Reject(LineageChecks.Root, $"{commitment.Records} records under {commitment.OrderedRoot}, as {dataset.Statement} says", $"{dataset.Records} under {dataset.OrderedRoot} in {made.Operation}");
            }
            if (!makers.TryAdd(made.Output.Statement, made)) return Verdict.Reject(LineageChecks.Maker, $"one transformation that made {made.Output.Statement}", "two");
        }
        foreach (var (digest, commitment) in commitments)
        {
            foreach (var parent in commitment.Parents)
                if (!commitments.ContainsKey(parent)) return Verdict.Reject(LineageChecks.Parent, $"the parent {parent} of {commitment.Name} in the graph", "none");
            if (makers.TryGetValue(digest, out var maker) && !maker.Inputs.Select(i => i.Statement).ToHashSet().SetEquals(commitment.Parents))
                return Verdict.Reject(LineageChecks.Inputs, $"the parents of {commitment.Name} as inputs: {Shown(commitment.Parents)}", Shown(maker.Inputs.Select(i => i.Statement)));
        }
        var nodes = commitments.ToDictionary(c => c.Key, c => new LineageNode(c.Key, c.Value, makers.GetValueOrDefault(c.Key)));
        var verdict = Order(nodes, out var ordered);
        if (verdict.IsAccepted) graph = new(nodes, ordered);
        return verdict;
    }

    /// <summary>Parents first (Kahn 1962). What cannot be ordered goes in a circle: digests make that impossible for who signs honestly, not for who is handed statements under digests of others' choosing.</summary>
    static Verdict Order(Dictionary<Sha256Digest, LineageNode> nodes, out ImmutableArray<LineageNode> ordered)
    {
        var waiting = nodes.Values.ToDictionary(n => n.Statement, n => n.Commitment.Parents.Distinct().Count());
        var children = nodes.Values.SelectMany(n => n.Commitment.Parents.Distinct().Select(p => (Parent: p, Child: n))).ToLookup(e => e.Parent, e => e.Child);
        var ready = new SortedSet<Sha256Digest>(waiting.Where(w => w.Value == 0).Select(w => w.Key));
        var order = ImmutableArray.CreateBuilder<LineageNode>(nodes.Count);
        while (ready.Count > 0)
        {
            var next = ready.Min;
            ready.Remove(next);
            order.Add(nodes[next]);
            foreach (var child in children[next]) if (--waiting[child.Statement] == 0) ready.Add(child.Statement);
        }
        ordered = order.ToImmutable();
        return order.Count == nodes.Count ? Verdict.Accept : Verdict.Reject(LineageChecks.Cycle, "datasets that are not made from themselves", string.Join(", ", waiting.Where(w => w.Value > 0).Select(w => nodes[w.Key].Commitment.Name).Order(StringComparer.Ordinal)));
    }

    static string Shown(IEnumerable<Sha256Digest> digests) => string.Join(", ", digests.Order().Select(d => d.ToString()[..16]));
}
