using System.Reflection;
using Counterfoil.Cli;
using Counterfoil.Cli.Demo;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence;
using Counterfoil.Evidence.Bundles;
using Counterfoil.Evidence.Policies;
using Counterfoil.Evidence.Predicates;
using Counterfoil.Evidence.Verification;
using Counterfoil.Evidence.Workloads;
using Counterfoil.Evm;

namespace Counterfoil.Story.Tests;

/// <summary>
/// For every check of Evidence a forgery that all the rest would let through: an insider with everyone's keys and all of the log changes one thing, signs and logs
/// anew what leans on it, and this very check refuses it.
/// </summary>
public sealed class JoinTests(ToldStory told)
{
    /// <summary>What is asked of the verifier, and where the answer must come from.</summary>
    sealed record Attack(Check Check, LinkType? On, Func<Case, (Bundle Bundle, Policy Policy)> Forge, string Word = "REJECT");

    static Attack Change<T>(Check check, LinkType on, Func<T, Case, T> change) where T : class =>
        new(check, on, c => (c.Story.Forger(c.Bundle).Rewrite<T>(p => change(p, c)), c.Policy));

    static Attack Distrust(Check check, LinkType? on, Func<Policy, Policy> change, string word = "REJECT") => new(check, on, c => (c.Bundle, change(c.Policy)), word);

    static Attack Rebuild(Check check, LinkType? on, Func<Case, Bundle> change, string word = "REJECT") => new(check, on, c => (change(c), c.Policy), word);

    static Sha256Digest Payload(Case c, LinkType type) => c.Bundle.Links.Single(l => TypeOf(l) == type).Envelope.PayloadDigest;

    static LinkType TypeOf(BundledLink link) => LinkStatement.Decode(link.Envelope, out var statement).IsAccepted ? statement!.Type : throw new InvalidOperationException("an honest link");

    static TrainingRun Bind(TrainingRun run, TrainingBindings bindings) => run with
    {
        BuildDefinition = run.BuildDefinition with
        {
            InternalParameters = bindings,
            ResolvedDependencies =
            [
                .. new[] { (LinkType.DatasetCommitment, bindings.Dataset), (LinkType.GuardReport, bindings.GuardReport), (LinkType.ComputeLease, bindings.Lease) }
                    .Where(d => d.Item2 is not null).Select(d => new ResourceDescriptor(d.Item1.PredicateType, new DigestSet(d.Item2!.Value))),
            ],
        },
    };

    static TrainingBindings Bindings(TrainingRun run) => run.BuildDefinition.InternalParameters;

    static (Bundle, Policy) OtherManifest(Case c, Func<WorkloadManifest, WorkloadManifest> change)
    {
        var lease = (ComputeLease)Statement(c, LinkType.ComputeLease).Predicate;
        WorkloadManifest.Decode(c.Bundle.Blobs.Single(b => Sha256.Hash(b.Span) == lease.ManifestDigest), out var manifest).Require();
        byte[] other = change(manifest!).Encode();
        return (c.Story.Forger(c.Bundle).Rewrite(p => p is ComputeLease l ? l with { ManifestDigest = Sha256.Hash(other) } : p, other), c.Policy);
    }

    static LinkStatement Statement(Case c, LinkType type)
    {
        LinkStatement.Decode(c.Bundle.Links.Single(l => TypeOf(l) == type).Envelope, out var statement).Require();
        return statement!;
    }

    /// <summary>The settlement's envelope replaced, with the log as it was: statements and signatures are judged before the log.</summary>
    static Bundle WithSettlement(Case c, Func<Envelope, Envelope> change)
    {
        int last = c.Bundle.Links.Length - 1;
        return c.Bundle with { Links = c.Bundle.Links.SetItem(last, c.Bundle.Links[last] with { Envelope = change(c.Bundle.Links[last].Envelope) }) };
    }

    static readonly Sha256Digest Other = Sha256.Hash("other"u8);

    static readonly Attack[] Attacks =
    [
        Change<GuardReport>(EvidenceChecks.JoinGuardDataset, LinkType.GuardReport, (g, c) => g with { Dataset = Payload(c, LinkType.ComputeLease) }),
        Change<GuardReport>(EvidenceChecks.JoinGuardRoot, LinkType.GuardReport, (g, _) => g with { OrderedRoot = Other }),
        Change<GuardReport>(EvidenceChecks.JoinGuardSeed, LinkType.GuardReport, (g, _) => g with { Split = g.Split with { Seed = Keccak256.Hash("chosen"u8) } }),
        Change<GuardReport>(EvidenceChecks.JoinGuardCount, LinkType.GuardReport, (g, _) => g with { Checked = g.Checked + 1, Passed = g.Passed + 1 }),
        Change<GuardReport>(EvidenceChecks.LinkPredicate, LinkType.GuardReport, (g, _) => g with { Passed = g.Passed - 1 }),
        Change<ComputeLease>(EvidenceChecks.JoinLeaseDataset, LinkType.ComputeLease, (l, c) => l with { Dataset = Payload(c, LinkType.GuardReport) }),
        new(EvidenceChecks.JoinLeaseManifest, LinkType.ComputeLease, c => OtherManifest(c, m => m with { Dataset = null })),
        new(EvidenceChecks.ChainOrder, LinkType.ComputeLease, c => OtherManifest(c, m => m with { CpuMillis = m.CpuMillis + 1 })),
        Change<ComputeLease>(EvidenceChecks.ChainLease, LinkType.ComputeLease, (l, _) => l with { Rate = l.Rate + 1 }),
        Change<TrainingRun>(EvidenceChecks.JoinTrainingDataset, LinkType.TrainingRun, (t, _) => Bind(t, Bindings(t) with { Dataset = null })),
        Change<TrainingRun>(EvidenceChecks.JoinTrainingGuard, LinkType.TrainingRun, (t, c) => Bind(t, Bindings(t) with { GuardReport = Payload(c, LinkType.ComputeLease) })),
        Change<TrainingRun>(EvidenceChecks.JoinTrainingLease, LinkType.TrainingRun, (t, c) => Bind(t, Bindings(t) with { Lease = Payload(c, LinkType.GuardReport) })),
        Change<TrainingRun>(EvidenceChecks.JoinTrainingBatches, LinkType.TrainingRun, (t, _) => Bind(t, Bindings(t) with { BatchesRoot = Other })),
        Change<TrainingRun>(EvidenceChecks.JoinTrainingRecipe, LinkType.TrainingRun,
            (t, _) => t with { BuildDefinition = t.BuildDefinition with { ExternalParameters = t.BuildDefinition.ExternalParameters with { Recipe = Other } } }),
        Change<TrainingRun>(EvidenceChecks.JoinTrainingTime, LinkType.TrainingRun,
            (t, _) => t with { RunDetails = t.RunDetails with { Metadata = t.RunDetails.Metadata with { StartedOn = DateTimeOffset.UnixEpoch } } }),
        Change<ModelCommitment>(EvidenceChecks.JoinModelTraining, LinkType.ModelCommitment, (m, c) => m with { TrainingRun = Payload(c, LinkType.ComputeLease) }),
        Change<ModelCommitment>(EvidenceChecks.JoinModelWeights, LinkType.ModelCommitment, (m, _) => m with { Onnx = Other }),
        Change<ModelCommitment>(EvidenceChecks.JoinModelId, LinkType.ModelCommitment, (m, _) => m with { WeightRoot = Keccak256.Hash("other"u8) }),
        Change<InferenceRecord>(EvidenceChecks.JoinInferenceModel, LinkType.InferenceProof, (i, c) => i with { Model = Payload(c, LinkType.ComputeLease) }),
        Change<InferenceRecord>(EvidenceChecks.JoinInferenceInput, LinkType.InferenceProof, (i, _) => i with { Input = i.Input with { Tensor = Other } }),
        Change<InferenceRecord>(EvidenceChecks.JoinInferenceOutput, LinkType.InferenceProof, (i, _) => i with { Output = i.Output with { Label = (i.Output.Label + 1) % 10 } }),
        Change<InferenceRecord>(EvidenceChecks.JoinInferenceRequest, LinkType.InferenceProof, (i, _) => i with { Request = i.Request with { Target = "/elsewhere" } }),
        Change<Settlement>(EvidenceChecks.JoinSettlementInference, LinkType.Settlement, (s, c) => s with { InferenceProof = Payload(c, LinkType.ComputeLease) }),
        Change<Settlement>(EvidenceChecks.JoinSettlementLease, LinkType.Settlement, (s, _) => s with { Escrow = s.Escrow! with { LeaseId = s.Escrow.LeaseId + 1 } }),
        Change<Settlement>(EvidenceChecks.JoinSettlementRequest, LinkType.Settlement, (s, _) => s with { Request = Other }),
        Change<Settlement>(EvidenceChecks.JoinSettlementProof, LinkType.Settlement, (s, _) => s with { Proof = Other }),
        Change<Settlement>(EvidenceChecks.JoinSettlementResponse, LinkType.Settlement, (s, _) => s with { Response = Other }),
        Change<Settlement>(EvidenceChecks.JoinSettlementNonce, LinkType.Settlement, (s, _) => s with { Payment = s.Payment with { Salt = Other.Value } }),
        Change<Settlement>(EvidenceChecks.ChainPayment, LinkType.Settlement, (s, _) => s with { Payment = s.Payment with { Payee = s.Payment.Payer } }),
        Change<Settlement>(EvidenceChecks.ChainEscrow, LinkType.Settlement, (s, _) => s with { Escrow = s.Escrow! with { Owed = s.Escrow.Owed + new TokenAmount(1) } }),
        Change<Settlement>(EvidenceChecks.PolicyChain, LinkType.Settlement, (s, _) => s with { Payment = s.Payment with { Asset = s.Payment.Payee } }),

        Rebuild(EvidenceChecks.ChainHeader, null, c => c.Bundle with { Chains = [c.Bundle.Chains[0] with { Headers = c.Bundle.Chains[0].Headers.SetItem(1, c.Bundle.Chains[0].Headers[0]) }] }),
        Rebuild(EvidenceChecks.ChainAnchor, LinkType.Settlement, c => c.Story.Forger(c.Bundle).All().Single(f => f.Check == EvidenceChecks.ChainAnchor).Bundle),
        Rebuild(EvidenceChecks.BundleBlob, null, c => c.Bundle with { Blobs = [.. c.Bundle.Blobs.Append("extra"u8.ToArray()).OrderBy(b => Sha256.Hash(b.Span))] }),
        Rebuild(EvidenceChecks.BundleOrphan, null, c => c.Bundle with
        {
            Keys = [.. c.Bundle.Keys.Append(c.Story.Cast.Signer("log").PublicKey).OrderBy(k => Convert.ToHexStringLower(k.ToSubjectPublicKeyInfo()), StringComparer.Ordinal)],
        }),
        Rebuild(EvidenceChecks.LinkSignature, LinkType.Settlement, c => WithSettlement(c, e => Envelope.Sign(e.PayloadType, e.Payload, c.Story.Cast.Signer("facilitator"), c.Story.Cast.Signer("seller")))),
        Rebuild(EvidenceChecks.LinkStatement, null, c => WithSettlement(c, e => Envelope.Sign(e.PayloadType,
            System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(e.Payload.Span).Replace("urn:counterfoil:settlement:v1", "urn:counterfoil:settlement:v9")), c.Story.Cast.Signer("facilitator")))),
        Rebuild(EvidenceChecks.LinkPredecessor, LinkType.GuardReport, c => c.Bundle with
        {
            Links = [.. c.Bundle.Links.Where(l => TypeOf(l) != LinkType.DatasetCommitment)],
            Keys = [.. c.Bundle.Keys.Where(k => k != c.Story.Cast.Signer("data").PublicKey)],
        }, "UNVERIFIABLE"),

        Distrust(EvidenceChecks.PolicySigner, LinkType.TrainingRun, p => p with { Signers = [.. p.Signers.Where(s => s.Role != "trainer")] }),
        Distrust(EvidenceChecks.PolicyLog, null, p => p with { Logs = [] }),
        Distrust(EvidenceChecks.PolicyChain, null, p => p with { Chains = [] }),
        Distrust(EvidenceChecks.PolicyTime, LinkType.DatasetCommitment, p => p with { AsOf = p.AsOf.AddDays(-1) }),
        Distrust(EvidenceChecks.PolicyRequired, null, p => p with { RequiredLinks = ["urn:counterfoil:fl-round:v1"] }, "UNVERIFIABLE"),
        Distrust(EvidenceChecks.ChainBlock, null, p => p with { Chains = [p.Chains[0] with { Blocks = [p.Chains[0].Blocks[0] with { Hash = Keccak256.Hash("fork"u8) }] }] }),
        Distrust(EvidenceChecks.JoinGuardSeed, LinkType.GuardReport, p => p with { Chains = [p.Chains[0] with { Publishers = [] }] }, "UNVERIFIABLE"),
    ];

    /// <summary>Checks of how a file is written, whose attacks stand in BundleTests, PolicyTests and WorkloadManifestTests.</summary>
    static readonly Check[] OfEncodings =
    [
        EvidenceChecks.BundleEncoding, EvidenceChecks.BundleVersion, EvidenceChecks.BundleLimits, EvidenceChecks.BundleOrder,
        EvidenceChecks.PolicyEncoding, EvidenceChecks.PolicyVersion, EvidenceChecks.ManifestVersion,
    ];

    [Fact]
    public async Task Each_forgery_is_refused_by_the_check_that_is_meant_for_it()
    {
        var story = await told.Case;
        Assert.All(Attacks, attack =>
        {
            var (bundle, policy) = attack.Forge(story);
            var report = BundleVerifier.Verify(bundle.Encode(), policy.Encode());
            Assert.Equal((attack.Word, attack.Check), (report.Verdict.Word(), report.Verdict.CheckOf()));
            if (attack.On is { } on) Assert.Equal(attack.Check, report.Links.Single(l => l.Type == on).Verdict.CheckOf());
        });
    }

    [Fact]
    public void Every_check_has_an_attack()
    {
        var all = typeof(EvidenceChecks).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (Check)f.GetValue(null)!);
        Assert.Empty(all.Except(Attacks.Select(a => a.Check)).Except(OfEncodings).Select(c => c.Id));
    }
}
