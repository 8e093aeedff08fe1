using Counterfoil.Core.Verdicts;

namespace Counterfoil.Evidence;

/// <summary>The checks of this room. What each join equates is in <c>docs/evidence.md</c>.</summary>
public static class EvidenceChecks
{
    /// <summary>The bundle is deterministic CBOR of the stated form, and its only encoding.</summary>
    public static readonly Check BundleEncoding = new("bundle.encoding");
    /// <summary>The bundle's version is known.</summary>
    public static readonly Check BundleVersion = new("bundle.version");
    /// <summary>The bundle is within the limits.</summary>
    public static readonly Check BundleLimits = new("bundle.limits");
    /// <summary>Keys, links and blobs stand in their one order, without duplicates.</summary>
    public static readonly Check BundleOrder = new("bundle.order");
    /// <summary>Every blob is named by a link, and every blob that a link names is there.</summary>
    public static readonly Check BundleBlob = new("bundle.blob");
    /// <summary>Exactly one link is named by no other; every key signs something.</summary>
    public static readonly Check BundleOrphan = new("bundle.orphan");

    /// <summary>A link carries exactly one signature, by a key of the bundle (whether it verifies is <c>dsse.signature</c>).</summary>
    public static readonly Check LinkSignature = new("link.signature");

    /// <summary>The payload is one canonical in-toto Statement of a known predicate type.</summary>
    public static readonly Check LinkStatement = new("link.statement");
    /// <summary>The predicate's values are in range and agree with the statement's subject.</summary>
    public static readonly Check LinkPredicate = new("link.predicate");
    /// <summary>A predecessor that a link names is in the bundle and has the right type.</summary>
    public static readonly Check LinkPredecessor = new("link.predecessor");

    /// <summary>guard-report.dataset = #dataset-commitment.</summary>
    public static readonly Check JoinGuardDataset = new("join.guard.dataset");
    /// <summary>guard-report.orderedRoot = dataset-commitment.orderedRoot.</summary>
    public static readonly Check JoinGuardRoot = new("join.guard.root");
    /// <summary>guard-report.split.seed = hash of the block that anchored the dataset commitment first.</summary>
    public static readonly Check JoinGuardSeed = new("join.guard.seed");
    /// <summary>guard-report.checked = dataset-commitment.records.</summary>
    public static readonly Check JoinGuardCount = new("join.guard.count");
    /// <summary>compute-lease.dataset = #dataset-commitment.</summary>
    public static readonly Check JoinLeaseDataset = new("join.lease.dataset");
    /// <summary>compute-lease.manifestDigest = SHA-256 of the manifest, which names the dataset.</summary>
    public static readonly Check JoinLeaseManifest = new("join.lease.manifest");
    /// <summary>training-run.dataset = #dataset-commitment.</summary>
    public static readonly Check JoinTrainingDataset = new("join.training.dataset");
    /// <summary>training-run.guardReport = #guard-report.</summary>
    public static readonly Check JoinTrainingGuard = new("join.training.guard");
    /// <summary>training-run.lease = #compute-lease.</summary>
    public static readonly Check JoinTrainingLease = new("join.training.lease");
    /// <summary>training-run.batchesRoot = guard-report.stream.batchesRoot.</summary>
    public static readonly Check JoinTrainingBatches = new("join.training.batches");
    /// <summary>training-run.recipe = the manifest's recipe, and the run's parameters are those of its text.</summary>
    public static readonly Check JoinTrainingRecipe = new("join.training.recipe");
    /// <summary>training-run.startedOn is not before the anchoring block.</summary>
    public static readonly Check JoinTrainingTime = new("join.training.time");
    /// <summary>model-commitment.trainingRun = #training-run.</summary>
    public static readonly Check JoinModelTraining = new("join.model.training");
    /// <summary>model-commitment.onnx = training-run's subject.</summary>
    public static readonly Check JoinModelWeights = new("join.model.weights");
    /// <summary>model-commitment names the committed model that is in the bundle.</summary>
    public static readonly Check JoinModelId = new("join.model.id");
    /// <summary>inference-proof.model = #model-commitment, with the same modelId.</summary>
    public static readonly Check JoinInferenceModel = new("join.inference.model");
    /// <summary>inference-proof.input = digests of the request's body and its tensor.</summary>
    public static readonly Check JoinInferenceInput = new("join.inference.input");
    /// <summary>inference-proof.output = digest and label of the output tensor.</summary>
    public static readonly Check JoinInferenceOutput = new("join.inference.output");
    /// <summary>inference-proof.request.digest = digest of method, target and body.</summary>
    public static readonly Check JoinInferenceRequest = new("join.inference.request");
    /// <summary>settlement.inferenceProof = #inference-proof.</summary>
    public static readonly Check JoinSettlementInference = new("join.settlement.inference");
    /// <summary>settlement.lease = #compute-lease, with the same lease id.</summary>
    public static readonly Check JoinSettlementLease = new("join.settlement.lease");
    /// <summary>settlement.request = inference-proof.request.</summary>
    public static readonly Check JoinSettlementRequest = new("join.settlement.request");
    /// <summary>settlement.response = SHA-256 of the response made of model id, output and proof.</summary>
    public static readonly Check JoinSettlementResponse = new("join.settlement.response");
    /// <summary>settlement.proof = inference-proof.proof.</summary>
    public static readonly Check JoinSettlementProof = new("join.settlement.proof");
    /// <summary>settlement.payment.nonce = payment context of request, quote and salt = inference-proof.context.</summary>
    public static readonly Check JoinSettlementNonce = new("join.settlement.nonce");

    /// <summary>Headers are each the parent of the next.</summary>
    public static readonly Check ChainHeader = new("chain.header");
    /// <summary>A header is a pinned block or an ancestor of one.</summary>
    public static readonly Check ChainBlock = new("chain.block");
    /// <summary>A checkpoint was anchored by a trusted publisher in the trusted contract.</summary>
    public static readonly Check ChainAnchor = new("chain.anchor");
    /// <summary>The order was placed as the lease says.</summary>
    public static readonly Check ChainOrder = new("chain.order");
    /// <summary>The lease was opened as the link says.</summary>
    public static readonly Check ChainLease = new("chain.lease");
    /// <summary>The payment moved as the settlement says.</summary>
    public static readonly Check ChainPayment = new("chain.payment");
    /// <summary>The escrow closed as the settlement says.</summary>
    public static readonly Check ChainEscrow = new("chain.escrow");

    /// <summary>The workload manifest's version is known.</summary>
    public static readonly Check ManifestVersion = new("manifest.version");

    /// <summary>The policy is well formed.</summary>
    public static readonly Check PolicyEncoding = new("policy.encoding");
    /// <summary>The policy's version is known.</summary>
    public static readonly Check PolicyVersion = new("policy.version");
    /// <summary>The link's signer is trusted in the role that the link needs.</summary>
    public static readonly Check PolicySigner = new("policy.signer");
    /// <summary>The log is trusted.</summary>
    public static readonly Check PolicyLog = new("policy.log");
    /// <summary>The chain and its contracts are trusted.</summary>
    public static readonly Check PolicyChain = new("policy.chain");
    /// <summary>Every required link is there.</summary>
    public static readonly Check PolicyRequired = new("policy.required");
    /// <summary>Nothing in the case is later than the time as of which it is asked.</summary>
    public static readonly Check PolicyTime = new("policy.time");
}
