using System.Collections.Immutable;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Evidence.Bundles;
using Counterfoil.Evidence.Predicates;
using Counterfoil.Log;
using Counterfoil.Log.Notes;

namespace Counterfoil.Cli.Demo;

/// <summary>What insiders can do with their keys: sign other links, and write the log anew.</summary>
sealed partial class Forger
{
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
        return Relog(signers, envelopes.ToImmutable());
    }

    /// <summary>A new log of these envelopes, with whatever was logged before them; the first checkpoint at its size, the last over all of them.</summary>
    /// <param name="signers">Whose keys the bundle brings, and who signs the log.</param>
    /// <param name="envelopes">The links, in the order of the log.</param>
    public Bundle Relog(Cast signers, ImmutableArray<Envelope> envelopes)
    {
        VerifierKey.Parse(bundle.Log.Verifier, out var key).Require();
        var operatorOfLog = new NoteSigner(key!.Name, signers.Signer("log"));
        long first = bundle.Links[0].Index;
        Sha256Digest[] hashes =
        [
            .. Enumerable.Range(0, (int)first).Select(i => MerkleTree.LeafHash(entryOfLog(i).Span)),
            .. envelopes.Select(e => MerkleTree.LeafHash(e.EncodeCbor())),
            .. Enumerable.Range(0, more).Select(i => MerkleTree.LeafHash([(byte)i])),
        ];
        long[] sizes = [.. bundle.Log.Checkpoints.SkipLast(1).Select(SizeOf), hashes.Length];
        var links = envelopes.Select((e, i) =>
        {
            long index = first + i;
            int k = Array.FindIndex(sizes, s => s > index);
            return new BundledLink(e, k, index, MerkleTree.InclusionPath(hashes.AsSpan(0, (int)sizes[k]), (int)index));
        });
        var checkpoints = sizes.Select((size, k) => new BundledCheckpoint(
            SignedCheckpoint.Sign(new Checkpoint(key.Name, size, MerkleTree.Root(hashes.AsSpan(0, (int)size))), operatorOfLog).Note,
            k == 0 ? [] : MerkleTree.ConsistencyPath(hashes.AsSpan(0, (int)size), (int)sizes[k - 1])));
        var signed = envelopes.SelectMany(e => e.Signatures.Select(s => s.KeyId)).ToHashSet();
        return bundle with
        {
            Keys = [.. LinkType.All.Select(t => signers.Signer(t.Role).PublicKey).Where(k => signed.Contains(k.KeyId)).OrderBy(k => Convert.ToHexStringLower(k.ToSubjectPublicKeyInfo()), StringComparer.Ordinal)],
            Log = new BundledLog(operatorOfLog.Key.ToString(), [.. checkpoints]),
            Links = [.. links],
        };
    }

    static long SizeOf(BundledCheckpoint bundled)
    {
        SignedNote.Parse(bundled.Note.Span, out var note).Require();
        Checkpoint.Parse(note!.Text, out var checkpoint).Require();
        return checkpoint!.Size;
    }

    /// <summary>The bundle's blobs and others, as far as a link of <paramref name="forged"/> names them.</summary>
    ImmutableArray<ReadOnlyMemory<byte>> Named(Bundle forged, params ReadOnlySpan<byte[]> others)
    {
        var all = bundle.Blobs.ToDictionary(b => Sha256.Hash(b.Span));
        foreach (var blob in others) all[Sha256.Hash(blob)] = blob;
        string said = string.Concat(forged.Links.Select(l => System.Text.Encoding.UTF8.GetString(l.Envelope.Payload.Span)));
        return [.. all.Where(b => said.Contains(b.Key.ToString(), StringComparison.Ordinal)).OrderBy(b => b.Key).Select(b => b.Value)];
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
}
