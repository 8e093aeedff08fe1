using System.Collections.Immutable;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence;
using Counterfoil.Evidence.Bundles;
using Counterfoil.Evidence.Payments;
using Counterfoil.Evidence.Predicates;
using Counterfoil.Evm;
using Counterfoil.Log;
using Counterfoil.Log.Notes;

namespace Counterfoil.Cli.Demo;

/// <summary>A forged bundle and the check that is meant to refuse it.</summary>
/// <param name="Name">What the forger tried.</param>
/// <param name="Check">The check that must refuse it; another refusal is a failure of this demo.</param>
/// <param name="Bundle">The forgery.</param>
sealed record Forgery(string Name, Check Check, Bundle Bundle);

/// <summary>
/// Forges a case the strong way: the forger has every signer's key, re-signs what they changed and everything that leans on it, and writes the log anew. What they
/// cannot do is change what was anchored, proven or paid.
/// </summary>
/// <param name="bundle">The honest bundle.</param>
/// <param name="cast">The insiders' keys.</param>
/// <param name="entryOfLog">The log's entries by index: an insider holds those of earlier cases too, which the bundle does not.</param>
/// <param name="more">How many entries of others the forged log has after the bundle's.</param>
sealed partial class Forger(Bundle bundle, Cast cast, Func<long, ReadOnlyMemory<byte>> entryOfLog, int more = 0)
{
    readonly ImmutableArray<LinkStatement> honest = [.. bundle.Links.Select(l =>
    {
        LinkStatement.Decode(l.Envelope, out var statement).Require();
        return statement!;
    })];

    /// <summary>One forgery for each link, then a log rewritten, and a whole case by strangers.</summary>
    public IEnumerable<Forgery> All()
    {
        yield return new("records dropped from the commitment after it was signed", CoreChecks.DsseSignature, EditPayload(LinkType.DatasetCommitment, "\"records\":10000", "\"records\":9975"));
        yield return new("a split whose seed the operator chose", EvidenceChecks.JoinGuardSeed,
            Rewrite<GuardReport>(g => g with { Split = g.Split with { Seed = Keccak256.Hash("chosen"u8) } }));
        yield return new("the lease attributed to another provider", EvidenceChecks.ChainLease,
            Rewrite<ComputeLease>(l => l with { Provider = l.Tenant }));
        yield return new("trained on batches that the guard did not deliver", EvidenceChecks.JoinTrainingBatches,
            Rewrite<TrainingRun>(t => t with { BuildDefinition = t.BuildDefinition with { InternalParameters = t.BuildDefinition.InternalParameters with { BatchesRoot = Sha256.Hash("other batches"u8) } } }));
        yield return new("another weight root under the same model id", EvidenceChecks.JoinModelId,
            Rewrite<ModelCommitment>(m => m with { WeightRoot = Keccak256.Hash("other weights"u8) }));
        // The output is absorbed before the first challenge: nothing that follows fits, and what is hidden is seen at the pads.
        yield return new("an answer off by one in its largest cell", Zk.ZkChecks.Pads, AnswerOffByOne());
        yield return new("a settlement of ten times the amount that moved", EvidenceChecks.ChainPayment,
            Rewrite<Settlement>(s => s with { Payment = s.Payment with { Amount = s.Payment.Amount * 10 } }));
        yield return new("the log rewritten after it was anchored", EvidenceChecks.ChainAnchor, RewriteLog());
        yield return new("a complete case, signed by strangers", EvidenceChecks.PolicySigner, SignedByStrangers());
    }

    /// <summary>Changes bytes of a signed payload and nothing else.</summary>
    Bundle EditPayload(LinkType type, string from, string to)
    {
        int at = IndexOf(type);
        var link = bundle.Links[at];
        string payload = System.Text.Encoding.UTF8.GetString(link.Envelope.Payload.Span);
        if (!payload.Contains(from, StringComparison.Ordinal)) throw new InvalidOperationException($"the {type} does not say {from}");
        var forged = link with { Envelope = link.Envelope with { Payload = System.Text.Encoding.UTF8.GetBytes(payload.Replace(from, to, StringComparison.Ordinal)) } };
        return bundle with { Links = bundle.Links.SetItem(at, forged) };
    }

    /// <summary>Changes a predicate, re-signs it and all that follows from it, and logs them anew.</summary>
    public Bundle Rewrite<T>(Func<T, T> change) where T : class => Rewrite(predicate => predicate is T mine ? change(mine) : predicate);

    /// <summary>Changes any predicates, and brings other blobs along; what no link names any more is left out.</summary>
    /// <param name="change">What each predicate becomes; its predecessors already have their new names.</param>
    /// <param name="blobs">Blobs that the new links name.</param>
    public Bundle Rewrite(Func<object, object> change, params ReadOnlySpan<byte[]> blobs)
    {
        var forged = Resign(cast, change);
        return forged with { Blobs = Named(forged, blobs) };
    }

    Bundle AnswerOffByOne()
    {
        var record = (InferenceRecord)honest[IndexOf(LinkType.InferenceProof)].Predicate;
        Zk.TensorBytes.ReadOutput(Blob(record.Output.Tensor).Span, out var cells).Require();
        cells![record.Output.Label] += cells[record.Output.Label] == 127 ? -1 : 1;
        byte[] output = Zk.TensorBytes.OfOutput(cells);
        var digest = Sha256.Hash(output);
        var proof = Blob(record.Proof);
        return Rewrite(predicate => predicate switch
        {
            InferenceRecord i => i with { Output = i.Output with { Tensor = digest } },
            Settlement s => s with { Response = InferenceResponse.Digest(record.ModelId, output, proof) },
            _ => predicate,
        }, output);
    }

    /// <summary>The log's operator replaces the last link by the same claim signed again with another subject name: a history of the same length.</summary>
    Bundle RewriteLog() => Resign(cast, predicate => predicate, rename: LinkType.Settlement);

    /// <summary>Every signature by keys of strangers, the log their own.</summary>
    Bundle SignedByStrangers()
    {
        using var strangers = Cast.OfStrangers();
        return Resign(strangers, predicate => predicate);
    }

    int IndexOf(LinkType type) => honest.Select((s, i) => (s, i)).Single(x => x.s.Type == type).i;

    ReadOnlyMemory<byte> Blob(Sha256Digest digest) => bundle.Blobs.Single(b => Sha256.Hash(b.Span) == digest);
}
