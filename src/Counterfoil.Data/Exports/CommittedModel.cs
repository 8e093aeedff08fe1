using System.Collections.Immutable;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Predicates;

namespace Counterfoil.Data.Exports;

/// <summary>A model that was trained on a dataset, as two signed statements tell it: the training run names the dataset, the model's commitment names the run.</summary>
/// <param name="Statement">SHA-256 of the model commitment's bytes.</param>
/// <param name="Commitment">What was committed.</param>
/// <param name="Run">SHA-256 of the training run's bytes.</param>
/// <param name="Training">What was run.</param>
/// <param name="Signers">Whose signatures the model commitment carries.</param>
public sealed record CommittedModel(Sha256Digest Statement, ModelCommitment Commitment, Sha256Digest Run, TrainingRun Training, ImmutableArray<KeyId> Signers)
{
    /// <summary>A name that no other model has.</summary>
    public string Urn => $"urn:counterfoil:model:{Statement}";

    /// <summary>Where a fact of the commitment stands.</summary>
    public string Place(string field) => $"sha256:{Statement}#/predicate/{field}";

    /// <summary>Where a fact of the training run stands.</summary>
    public string RunPlace(string field) => $"sha256:{Run}#/predicate/{field}";

    /// <summary>Where each fact stands.</summary>
    public IEnumerable<KeyValuePair<string, string>> Places =>
    [
        .. ((string[])["name", "modelId", "weightRoot", "graphDigest", "onnx", "preprocessing", "trainingRun"]).Select(f => new KeyValuePair<string, string>(f, Place(f))),
        .. Commitment.Evaluation is null ? [] : new[] { new KeyValuePair<string, string>("evaluation", Place("evaluation")) },
        new("dataset", RunPlace("buildDefinition/internalParameters/dataset")), new("recipe", RunPlace("buildDefinition/externalParameters/recipe")), new("finishedOn", RunPlace("runDetails/metadata/finishedOn")),
    ];

    /// <summary>Takes the model that was trained on a dataset from statements; without a training run on that very dataset, and a model from that very run, there is none.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="envelopes">Statements of any kind.</param>
    /// <param name="model">The first such model, or null.</param>
    public static Verdict Find(CommittedDataset dataset, IEnumerable<Envelope> envelopes, out CommittedModel? model)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        model = null;
        var read = new List<(Envelope Envelope, LinkStatement Statement)>();
        foreach (var envelope in envelopes)
        {
            var verdict = LinkStatement.Decode(envelope, out var statement);
            if (!verdict.IsAccepted) return verdict;
            read.Add((envelope, statement!));
        }
        foreach (var (envelope, statement) in read.Where(r => r.Statement.Predicate is ModelCommitment))
        {
            var commitment = (ModelCommitment)statement.Predicate;
            var (runEnvelope, run) = read.FirstOrDefault(r => r.Statement.Predicate is TrainingRun && commitment.TrainingRun is { } named && r.Envelope.PayloadDigest == named);
            if (run is null) return Verdict.Reject(ReportChecks.Model, $"the training run {commitment.TrainingRun?.ToString() ?? "that made the model"}", "no such statement");
            var training = (TrainingRun)run.Predicate;
            if (training.BuildDefinition.InternalParameters.Dataset != dataset.Statement)
                return Verdict.Reject(ReportChecks.Model, $"a training run on the dataset {dataset.Statement}", training.BuildDefinition.InternalParameters.Dataset?.ToString() ?? "one on none");
            if (!run.Subject.Digest.Equals(new DigestSet(commitment.Onnx))) return Verdict.Reject(ReportChecks.Model, $"a training run that made {commitment.Onnx}", run.Subject.Digest.ToString() ?? "other weights");
            model = new(envelope.PayloadDigest, commitment, runEnvelope.PayloadDigest, training, [.. envelope.Signatures.Select(s => s.KeyId)]);
            return Verdict.Accept;
        }
        return Verdict.Accept;
    }
}
