using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Predicates;
using Counterfoil.Zk;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Evidence.Verification;

/// <summary>What links name by digest: every blob is named, every name has its blob, and blobs that are formats decode.</summary>
sealed partial class Story
{
    readonly Dictionary<Sha256Digest, CommittedGraph?> models = [];

    static IEnumerable<Sha256Digest> BlobsOf(Link link) => link.Predicate switch
    {
        ComputeLease l => [l.ManifestDigest],
        TrainingRun t => [t.BuildDefinition.ExternalParameters.Recipe],
        ModelCommitment m => [m.CommittedModel, m.Registration],
        InferenceRecord i => [i.Input.Bytes, i.Output.Tensor, i.Proof],
        _ => [],
    };

    public void CheckBlobs()
    {
        var named = links.SelectMany(BlobsOf).ToHashSet();
        foreach (var digest in blobs.Keys.Where(d => !named.Contains(d)))
            RecordWhole(Verdict.Reject(EvidenceChecks.BundleBlob, "blobs that a link names", $"blob {digest}, which none names"));
    }

    /// <summary>The blob that a link names; when it is not there, the link cannot be judged.</summary>
    ReadOnlyMemory<byte>? Blob(Link link, Sha256Digest digest)
    {
        if (blobs.TryGetValue(digest, out var blob)) return blob;
        link.Record(Verdict.CannotTell(EvidenceChecks.BundleBlob, $"the blob {digest}"));
        return null;
    }

    Workloads.WorkloadManifest? WorkloadManifest(Link link, ComputeLease lease)
    {
        if (Blob(link, lease.ManifestDigest) is not { } bytes) return null;
        return link.Record(Workloads.WorkloadManifest.Decode(bytes, out var manifest)) ? manifest : null;
    }

    CommittedGraph? CommittedModel(Link link, ModelCommitment model)
    {
        if (models.TryGetValue(model.CommittedModel, out var known)) return known;
        if (Blob(link, model.CommittedModel) is not { } bytes) return null;
        link.Record(CommittedGraph.Decode(bytes, out var committed));
        return models[model.CommittedModel] = committed;
    }

    /// <summary>The input tensor, made again from the request's bytes by the named preprocessing (<c>docs/models.md</c>).</summary>
    static int[]? Tensor(Link link, InferenceRecord inference, ReadOnlyMemory<byte> body) =>
        link.Record(Preprocessing.Apply(inference.Input.Preprocessing, body.Span, out var tensor)) ? tensor : null;
}
