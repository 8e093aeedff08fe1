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
sealed class Forger(Bundle bundle, Cast cast)
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
        // The output is absorbed before the first challenge, so the first layer of the proof is what no longer fits.
        yield return new("an answer off by one in its largest cell", Zk.ZkChecks.LookupLayer, AnswerOffByOne());
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
    Bundle Rewrite<T>(Func<T, T> change) where T : class => Resign(cast, predicate => predicate is T mine ? change(mine) : predicate);

    Bundle AnswerOffByOne()
    {
        var record = (InferenceRecord)honest[IndexOf(LinkType.InferenceProof)].Predicate;
        var output = Blob(record.Output.Tensor).ToArray();
        output[record.Output.Label] = unchecked((byte)((sbyte)output[record.Output.Label] == 127 ? 126 : output[record.Output.Label] + 1));
        var digest = Sha256.Hash(output);
        var proof = Blob(record.Proof);
        return Resign(cast, predicate => predicate switch
        {
            InferenceRecord i => i with { Output = i.Output with { Tensor = digest } },
            Settlement s => s with { Response = InferenceResponse.Digest(record.ModelId, output, proof) },
            _ => predicate,
        }) with { Blobs = [.. bundle.Blobs.Where(b => Sha256.Hash(b.Span) != record.Output.Tensor).Append(output).OrderBy(b => Sha256.Hash(b.Span))] };
    }

    /// <summary>The log's operator replaces the last link by the same claim signed again with another subject name: a history of the same length.</summary>
    Bundle RewriteLog() => Resign(cast, predicate => predicate, rename: LinkType.Settlement);

    /// <summary>Every signature by keys of strangers, the log their own.</summary>
    Bundle SignedByStrangers()
    {
        using var strangers = Cast.OfStrangers();
        return Resign(strangers, predicate => predicate);
    }

    Bundle Resign(Cast signers, Func<object, object> change, LinkType? rename = null)
    {
        var successor = new Dictionary<Sha256Digest, Sha256Digest>();
        var envelopes = ImmutableArray.CreateBuilder<Envelope>(honest.Length);
        for (int i = 0; i < honest.Length; i++) // in log order, in which predecessors come first
        {
            var statement = honest[i];
            object predicate = change(Repoint(statement.Predicate, successor));
            bool same = ReferenceEquals(signers, cast) && predicate.Equals(statement.Predicate) && rename != statement.Type;
            var envelope = same
                ? bundle.Links[i].Envelope
                : LinkStatement.Sign(rename == statement.Type ? statement.Subject.Name + " (corrected)" : statement.Subject.Name, predicate, signers.Signer(statement.Type.Role), statement.Subject.Digest.Sha256);
            successor[bundle.Links[i].Envelope.PayloadDigest] = envelope.PayloadDigest;
            envelopes.Add(envelope);
        }
        return Relog(signers, envelopes.ToImmutable()) with
        {
            Keys = [.. LinkType.All.Select(t => signers.Signer(t.Role).PublicKey).OrderBy(k => Convert.ToHexStringLower(k.ToSubjectPublicKeyInfo()), StringComparer.Ordinal)],
        };
    }

    /// <summary>A new log of these envelopes, checkpoints at the same sizes.</summary>
    Bundle Relog(Cast signers, ImmutableArray<Envelope> envelopes)
    {
        VerifierKey.Parse(bundle.Log.Verifier, out var key).Require();
        var operatorOfLog = new NoteSigner(key!.Name, signers.Signer("log"));
        long first = bundle.Links[0].Index;
        var leaves = new List<Sha256Digest>();
        // Entries of earlier runs are not in the bundle; where there are some, the forger makes up others of the same number.
        for (long i = 0; i < first; i++) leaves.Add(MerkleTree.LeafHash([(byte)i]));
        leaves.AddRange(envelopes.Select(e => MerkleTree.LeafHash(e.EncodeCbor())));
        var hashes = leaves.ToArray();
        var sizes = new List<long>();
        foreach (var bundled in bundle.Log.Checkpoints)
        {
            SignedNote.Parse(bundled.Note.Span, out var note).Require();
            Checkpoint.Parse(note!.Text, out var checkpoint).Require();
            sizes.Add(checkpoint!.Size);
        }
        var checkpoints = sizes.Select((size, k) => new BundledCheckpoint(
            SignedCheckpoint.Sign(new Checkpoint(key.Name, size, MerkleTree.Root(hashes.AsSpan(0, (int)size))), operatorOfLog).Note,
            k == 0 ? [] : MerkleTree.ConsistencyPath(hashes.AsSpan(0, (int)size), (int)sizes[k - 1])));
        return bundle with
        {
            Log = new BundledLog(operatorOfLog.Key.ToString(), [.. checkpoints]),
            Links = [.. bundle.Links.Select((l, i) => l with { Envelope = envelopes[i], Path = MerkleTree.InclusionPath(hashes.AsSpan(0, (int)sizes[l.Checkpoint]), (int)l.Index) })],
        };
    }

    /// <summary>The predicate with its predecessors renamed to what they have become.</summary>
    static object Repoint(object predicate, Dictionary<Sha256Digest, Sha256Digest> successor)
    {
        Sha256Digest To(Sha256Digest d) => successor.GetValueOrDefault(d, d);
        Sha256Digest? Maybe(Sha256Digest? d) => d is { } value ? To(value) : null;
        return predicate switch
        {
            GuardReport g => g with { Dataset = To(g.Dataset) },
            ComputeLease l => l with { Dataset = Maybe(l.Dataset) },
            TrainingRun { BuildDefinition: var b } t => t with
            {
                BuildDefinition = b with
                {
                    InternalParameters = b.InternalParameters with { Dataset = Maybe(b.InternalParameters.Dataset), GuardReport = Maybe(b.InternalParameters.GuardReport), Lease = Maybe(b.InternalParameters.Lease) },
                    ResolvedDependencies = [.. b.ResolvedDependencies.Select(d => d with { Digest = new DigestSet(To(d.Digest.Sha256!.Value)) })],
                },
            },
            ModelCommitment m => m with { TrainingRun = Maybe(m.TrainingRun) },
            InferenceRecord i => i with { Model = Maybe(i.Model) },
            Settlement s => s with { InferenceProof = Maybe(s.InferenceProof), Lease = Maybe(s.Lease) },
            _ => predicate,
        };
    }

    int IndexOf(LinkType type) => honest.Select((s, i) => (s, i)).Single(x => x.s.Type == type).i;

    ReadOnlyMemory<byte> Blob(Sha256Digest digest) => bundle.Blobs.Single(b => Sha256.Hash(b.Span) == digest);
}
