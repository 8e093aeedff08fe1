using System.Collections.Immutable;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;

namespace Counterfoil.Evidence.Predicates;

/// <summary>Link 4: a training run, as SLSA Provenance v1 with training as its buildType. The subject is the weights that came out.</summary>
/// <param name="BuildDefinition">What was asked for and what went in.</param>
/// <param name="RunDetails">Who ran it and when.</param>
public sealed record TrainingRun(TrainingDefinition BuildDefinition, TrainingDetails RunDetails)
{
    /// <summary>The buildType of training: the recipe decides the weights bit for bit, given the delivered stream.</summary>
    public const string BuildType = "urn:counterfoil:training:v1";
}

/// <summary>SLSA <c>buildDefinition</c>.</summary>
/// <param name="BuildType">Always <see cref="TrainingRun.BuildType"/>.</param>
/// <param name="ExternalParameters">What the tenant asked for.</param>
/// <param name="InternalParameters">What bound the run.</param>
/// <param name="ResolvedDependencies">The predecessors that are not null, in the order dataset, guard report, lease, for tools that read SLSA alone.</param>
public sealed record TrainingDefinition(
    string BuildType,
    TrainingParameters ExternalParameters,
    TrainingBindings InternalParameters,
    ImmutableArray<ResourceDescriptor> ResolvedDependencies);

/// <summary>Hyper-parameters.</summary>
/// <param name="Recipe">SHA-256 of the recipe's canonical encoding.</param>
/// <param name="Layers">Widths from input to output.</param>
/// <param name="Epochs">Passes over the data.</param>
/// <param name="BatchSize">Records a step.</param>
/// <param name="LearningRate">As a decimal string.</param>
/// <param name="Seed">Seed of the initial weights.</param>
public sealed record TrainingParameters(Sha256Digest Recipe, ImmutableArray<int> Layers, int Epochs, int BatchSize, string LearningRate, ulong Seed);

/// <summary>The predecessors (an explicit null where there is none) and what was consumed.</summary>
/// <param name="Dataset">Payload digest of the dataset commitment.</param>
/// <param name="GuardReport">Payload digest of the guard report.</param>
/// <param name="Lease">Payload digest of the lease inside which it ran.</param>
/// <param name="BatchesRoot">RFC 9162 root over the roots of the batches that were consumed, in order.</param>
/// <param name="Steps">Steps taken.</param>
public sealed record TrainingBindings(Sha256Digest? Dataset, Sha256Digest? GuardReport, Sha256Digest? Lease, Sha256Digest BatchesRoot, long Steps);

/// <summary>in-toto ResourceDescriptor, as far as used here.</summary>
/// <param name="Uri">The predicate type of the predecessor.</param>
/// <param name="Digest">Its payload digest.</param>
public sealed record ResourceDescriptor(string Uri, DigestSet Digest);

/// <summary>SLSA <c>runDetails</c>.</summary>
/// <param name="Builder">Who is trusted to have run it.</param>
/// <param name="Metadata">When.</param>
public sealed record TrainingDetails(Builder Builder, TrainingMetadata Metadata);

/// <summary>SLSA <c>builder</c>.</summary>
/// <param name="Id">URI of the trainer with its version.</param>
public sealed record Builder(string Id);

/// <summary>SLSA <c>metadata</c>.</summary>
/// <param name="StartedOn">Start, by the settlement chain's clock.</param>
/// <param name="FinishedOn">End.</param>
public sealed record TrainingMetadata(DateTimeOffset StartedOn, DateTimeOffset FinishedOn);
