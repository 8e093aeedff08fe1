using Counterfoil.Core.Digests;
using Counterfoil.Zk;

namespace Counterfoil.Evidence.Predicates;

/// <summary>Link 6: the committed model gives this output on this input, proven for this request and this payment.</summary>
/// <param name="Model">Payload digest of the model commitment, or null.</param>
/// <param name="ModelId">The model that answered.</param>
/// <param name="Request">Digest of the whole HTTP request (<c>docs/evidence.md</c>).</param>
/// <param name="Context">What the proof absorbed before its first challenge: the payment context.</param>
/// <param name="Input">What was asked.</param>
/// <param name="Output">What was answered.</param>
/// <param name="Proof">SHA-256 of the proof, a blob of the bundle.</param>
public sealed record InferenceRecord(
    Sha256Digest? Model,
    ModelId ModelId,
    RequestLine Request,
    Keccak256Digest Context,
    InferenceInput Input,
    InferenceOutput Output,
    Sha256Digest Proof);

/// <summary>The request as far as its digest needs it; its body is <see cref="InferenceInput.Bytes"/>.</summary>
/// <param name="Method">HTTP method, upper case.</param>
/// <param name="Target">Path and query as sent.</param>
/// <param name="Digest">The request digest.</param>
public sealed record RequestLine(string Method, string Target, Sha256Digest Digest);

/// <summary>The question: digest of the bytes and of the tensor made from them.</summary>
/// <param name="Bytes">SHA-256 of the request's body, a blob of the bundle.</param>
/// <param name="Preprocessing">How bytes became the tensor.</param>
/// <param name="Tensor">SHA-256 of the input's cells, 4 bytes each, as the proof absorbs them.</param>
public sealed record InferenceInput(Sha256Digest Bytes, string Preprocessing, Sha256Digest Tensor);

/// <summary>The answer.</summary>
/// <param name="Tensor">SHA-256 of the output's cells, 8 bytes each, as the proof absorbs them: a blob of the bundle.</param>
/// <param name="Label">Index of the largest output, the lowest if several are.</param>
public sealed record InferenceOutput(Sha256Digest Tensor, int Label);
