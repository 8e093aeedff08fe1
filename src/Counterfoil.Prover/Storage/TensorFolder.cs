using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;
using Counterfoil.Home;
using Counterfoil.Zk;
using Counterfoil.Zk.Answers;

namespace Counterfoil.Prover.Storage;

/// <summary>What its holder keeps of an answer's hidden input and output: a folder, 0700, of a secret for each, 0600, and of the accounts of their openings. <c>docs/serving.md</c> has the layout.</summary>
/// <remarks>As <see cref="ModelFolder"/>: a copied or restored folder still has the secrets, and no opening left.</remarks>
public sealed class TensorFolder
{
    /// <summary>The file of a hidden input.</summary>
    public const string InputName = "input.secret";

    /// <summary>The file of a hidden output.</summary>
    public const string OutputName = "output.secret";

    const string Kind = "counterfoil-tensor-secret";
    const int Version = 1;

    /// <summary>Bytes of a secret at most: 256 MiB.</summary>
    public const int MostSecretBytes = 256 << 20;

    static readonly CborLimits limits = new() { Bytes = MostSecretBytes, Depth = 1, Items = 8 };

    readonly string path;
    readonly FileProofBudget budget;

    TensorFolder(string path) => (this.path, budget) = (path, new FileProofBudget(path));

    /// <summary>Makes a folder that is not there yet.</summary>
    /// <exception cref="IOException">Something is there.</exception>
    public static TensorFolder Create(string path)
    {
        if (File.Exists(path) || Directory.Exists(path)) throw new IOException($"there is something at {path}");
        return new TensorFolder(path);
    }

    /// <summary>Opens a folder that <see cref="Create"/> made.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="folder">The folder, if it is there and nobody else has any right to it.</param>
    public static Verdict Open(string path, out TensorFolder? folder)
    {
        folder = null;
        if (!Directory.Exists(path)) return Verdict.Reject(ProverChecks.TensorSecret, $"a folder {path}", "none");
        var verdict = PrivateFiles.CheckMode(path);
        if (verdict.IsAccepted) folder = new TensorFolder(path);
        return verdict;
    }

    /// <summary>Commits to a tensor, for as many proofs as the model's code has masks for, and starts its account here.</summary>
    /// <param name="cells">The cells.</param>
    /// <param name="model">A model in whose code it is committed.</param>
    /// <param name="tensor">The tensor, if the verdict accepts.</param>
    public Verdict TryCommit(ReadOnlySpan<long> cells, CommittedGraph model, out CommittedTensor? tensor)
    {
        ArgumentNullException.ThrowIfNull(model);
        var code = model.Parameters.Code;
        return CommittedTensor.TryCommit(cells, model, Math.Max(1, code.Masks / code.Queries), new RegistrationOptions { Openings = budget }, out tensor);
    }

    /// <summary>Writes the secret of a tensor: its commitment with its digest, its cells, and the seed that masks and salts come from.</summary>
    /// <param name="name"><see cref="InputName"/> or <see cref="OutputName"/>.</param>
    /// <param name="tensor">The tensor.</param>
    public void Write(string name, CommittedTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        byte[] cells = CellsEncoding.Encode(tensor.Cells.Span), seed = tensor.ExportSeed();
        var writer = new CborWriter();
        writer.BeginArray(6);
        writer.WriteText(Kind);
        writer.WriteUInt(Version);
        writer.WriteBytes(tensor.Commitment.Encode());
        writer.WriteBytes(tensor.Commitment.Digest.ToArray());
        writer.WriteBytes(cells);
        writer.WriteBytes(seed);
        writer.EndArray();
        PrivateFiles.Write(Path.Combine(path, name), writer.WrittenSpan);
        CryptographicOperations.ZeroMemory(cells);
        CryptographicOperations.ZeroMemory(seed);
    }

    /// <summary>Takes a tensor up again. Whatever is wrong with its file is in the verdict: cells and seed must give the commitment beside them.</summary>
    /// <param name="name"><see cref="InputName"/> or <see cref="OutputName"/>.</param>
    /// <param name="tensor">The tensor, if the verdict accepts.</param>
    public Verdict Read(string name, out CommittedTensor? tensor)
    {
        tensor = null;
        string file = Path.Combine(path, name);
        if (!File.Exists(file)) return Verdict.Reject(ProverChecks.TensorSecret, $"a file {file}", "none");
        var verdict = PrivateFiles.Read(file, MostSecretBytes, ProverChecks.TensorSecret, out byte[] secret);
        if (!verdict.IsAccepted) return verdict;
        var reader = new CborReader(secret, limits);
        reader.BeginArray(6, 6);
        reader.ReadKey(Kind);
        reader.ReadInt(Version, Version);
        var commitment = reader.ReadBytes();
        var digest = new Keccak256Digest(reader.ReadBytes32());
        var cells = reader.ReadBytes();
        var seed = reader.ReadBytes();
        reader.EndArray();
        if (cells.Length % sizeof(long) != 0) reader.Fail(ProverChecks.TensorSecret, $"cells of {sizeof(long)} bytes", $"{cells.Length} bytes");
        if (reader.Finish() is Verdict.Rejected { Reason: var reason }) return Verdict.Reject(ProverChecks.TensorSecret, reason.Expected, reason.Found);
        verdict = TensorCommitment.Decode(commitment, out var committed);
        // The root says nothing of how many columns an opening shows, which must not be more than the account counts.
        if (verdict.IsAccepted && committed!.Digest != digest) verdict = Verdict.Reject(ProverChecks.TensorSecret, $"the commitment {digest}", $"{committed.Digest}");
        if (verdict.IsAccepted) verdict = CommittedTensor.TryReopen(committed!, CellsEncoding.Decode(cells).AsSpan(), seed, new RegistrationOptions { Openings = budget }, out tensor);
        CryptographicOperations.ZeroMemory(secret);
        return verdict;
    }

    /// <summary>How many openings are left to a tensor; 0 where its account cannot be used, with the verdict that says why.</summary>
    public Verdict Left(CommittedTensor tensor, out int proofs)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return budget.Look(tensor.Commitment.Root, out proofs);
    }
}
