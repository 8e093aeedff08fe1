using Counterfoil.Core.Digests;
using Counterfoil.Zk;

namespace Counterfoil.Evidence.Predicates;

/// <summary>Link 5: a model's weights were committed, and proven to be in range, before it answered anything.</summary>
/// <param name="TrainingRun">Payload digest of the training run it came from, or null.</param>
/// <param name="Name">What the owner calls the model.</param>
/// <param name="ModelId">Binds graph, tables, commitment parameters and the weight root at registration.</param>
/// <param name="WeightRoot">Keccak-256 Merkle root of the committed weights.</param>
/// <param name="GraphDigest">Keccak-256 over a domain and the graph's encoding.</param>
/// <param name="Onnx">SHA-256 of the ONNX file that was quantised.</param>
/// <param name="CommittedModel">SHA-256 of the committed model's encoding, which is a blob of the bundle.</param>
/// <param name="Registration">SHA-256 of the registration proof, a blob of the bundle.</param>
/// <param name="Preprocessing">How a request's bytes become the input tensor, by name and version.</param>
/// <param name="WeightsHidden">Whether the proofs hide the weights.</param>
/// <param name="Evaluation">What the owner claims of its quality, or null.</param>
public sealed record ModelCommitment(
    Sha256Digest? TrainingRun,
    string Name,
    ModelId ModelId,
    Keccak256Digest WeightRoot,
    Keccak256Digest GraphDigest,
    Sha256Digest Onnx,
    Sha256Digest CommittedModel,
    Sha256Digest Registration,
    string Preprocessing,
    bool WeightsHidden,
    Evaluation? Evaluation);

/// <summary>A signed claim of quality: anyone with the data can repeat it, nothing in the bundle proves it.</summary>
/// <param name="Records">Held-back records that were evaluated.</param>
/// <param name="Correct">How many the quantised model labelled right.</param>
public sealed record Evaluation(int Records, int Correct);
