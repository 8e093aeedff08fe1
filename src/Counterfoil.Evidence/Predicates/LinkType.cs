namespace Counterfoil.Evidence.Predicates;

/// <summary>A kind of link: its predicate type, who must sign it, and its place in the story.</summary>
/// <param name="Number">1 to 7, in the order of the story.</param>
/// <param name="Name">What people call it.</param>
/// <param name="PredicateType">The in-toto predicateType.</param>
/// <param name="Role">The role whose key must sign it, and no other.</param>
public sealed record LinkType(int Number, string Name, string PredicateType, string Role)
{
    /// <summary>Data was committed.</summary>
    public static LinkType DatasetCommitment { get; } = new(1, "dataset-commitment", "urn:counterfoil:dataset-commitment:v1", "data");
    /// <summary>The guard checked it.</summary>
    public static LinkType GuardReport { get; } = new(2, "guard-report", "urn:counterfoil:guard-report:v1", "guard");
    /// <summary>A machine was leased.</summary>
    public static LinkType ComputeLease { get; } = new(3, "compute-lease", "urn:counterfoil:compute-lease:v1", "provider");
    /// <summary>A model was trained.</summary>
    public static LinkType TrainingRun { get; } = new(4, "training-run", "https://slsa.dev/provenance/v1", "trainer");
    /// <summary>The model was committed.</summary>
    public static LinkType ModelCommitment { get; } = new(5, "model-commitment", "urn:counterfoil:model-commitment:v1", "owner");
    /// <summary>It answered.</summary>
    public static LinkType InferenceProof { get; } = new(6, "inference-proof", "urn:counterfoil:inference-proof:v1", "seller");
    /// <summary>Money moved.</summary>
    public static LinkType Settlement { get; } = new(7, "settlement", "urn:counterfoil:settlement:v1", "facilitator");

    /// <summary>All of them, in the order of the story.</summary>
    public static IReadOnlyList<LinkType> All { get; } =
        [DatasetCommitment, GuardReport, ComputeLease, TrainingRun, ModelCommitment, InferenceProof, Settlement];

    /// <summary>The type with a predicateType, or null.</summary>
    public static LinkType? Find(string predicateType) => All.FirstOrDefault(t => t.PredicateType == predicateType);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
