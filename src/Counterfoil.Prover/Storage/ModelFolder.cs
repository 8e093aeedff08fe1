using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Home;
using Counterfoil.Models;
using Counterfoil.Zk.Answers;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Prover.Storage;

/// <summary>A registered model on disk: a file for everyone, and a folder that stays with its owner. <c>docs/serving.md</c> has the layout.</summary>
/// <remarks>Safe for concurrent use, by threads and by processes: all that changes is the account of openings (<see cref="FileProofBudget"/>).</remarks>
public sealed class ModelFolder : IDisposable
{
    /// <summary>The file for everyone: a <see cref="PublishedModel"/>.</summary>
    public const string PublicName = "public.model";

    /// <summary>The folder, 0700, of what stays with the owner: <see cref="SecretName"/> and the account of openings.</summary>
    public const string PrivateName = "private";

    /// <summary>The file, 0600, in <see cref="PrivateName"/>.</summary>
    public const string SecretName = "weights-and-seed.secret";

    readonly FileProofBudget budget;

    ModelFolder(PublishedModel published, RegisteredGraph registered, FileProofBudget budget) => (Published, Registered, this.budget) = (published, registered, budget);

    /// <summary>What everyone may have.</summary>
    public PublishedModel Published { get; }

    /// <summary>The prover.</summary>
    public RegisteredGraph Registered { get; }

    /// <summary>Registers a model and writes its folder.</summary>
    /// <param name="path">The folder, which is made; there may be an empty one.</param>
    /// <param name="name">What the model is called.</param>
    /// <param name="model">The model, with what its tensors are called and the integers that it became.</param>
    /// <param name="options">How it is committed; openings are counted in the folder, whatever it says.</param>
    /// <param name="folder">The folder, open, if the verdict accepts.</param>
    /// <param name="progress">Hears of each stage as it begins.</param>
    /// <exception cref="ArgumentException">The name is none (<see cref="PublishedModel.IsName"/>).</exception>
    public static Verdict Create(string path, string name, SourceModel model, RegistrationOptions options, out ModelFolder? folder, IProgress<ProvingStage>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        folder = null;
        if (!PublishedModel.IsName(name)) throw new ArgumentException($"'{name}' is no name for a model", nameof(name));
        if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())) return Verdict.Reject(ProverChecks.Folder, $"nothing at {path}", "something");
        var verdict = RegisteredGraph.CanRegister(model.Integers, options);
        if (!verdict.IsAccepted) return verdict;
        Directory.CreateDirectory(path);
        string secrets = Path.Combine(path, PrivateName);
        var budget = new FileProofBudget(secrets);
        verdict = RegisteredGraph.TryRegister(model.Integers, options with { Openings = budget }, out var registered, progress);
        if (!verdict.IsAccepted) return verdict;
        var published = new PublishedModel(name, registered!.Model, registered.RegistrationProof, model.Input, model.Output, model.Facts);
        byte[] secret = registered.EncodeSecret();
        PrivateFiles.Write(Path.Combine(secrets, SecretName), secret);
        CryptographicOperations.ZeroMemory(secret);
        // Last: a folder without it is one whose registration did not end.
        Publish(Path.Combine(path, PublicName), published.Encode());
        folder = new ModelFolder(published, registered, budget);
        return verdict;
    }

    /// <summary>Opens a folder to prove with. Whatever is wrong with it, a stranger's files included, is in the verdict.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="folder">The folder, open, if the verdict accepts.</param>
    public static Verdict Open(string path, out ModelFolder? folder)
    {
        folder = null;
        string publicFile = Path.Combine(path, PublicName), secrets = Path.Combine(path, PrivateName), secretFile = Path.Combine(secrets, SecretName);
        foreach (string file in (string[])[publicFile, secretFile])
            if (!File.Exists(file)) return Verdict.Reject(ProverChecks.Folder, $"a file {file}", "none");
        var verdict = PrivateFiles.CheckMode(secrets);
        if (!verdict.IsAccepted) return verdict;
        verdict = ReadPublished(publicFile, out var published);
        if (!verdict.IsAccepted) return verdict;
        verdict = PrivateFiles.Read(secretFile, RegisteredGraph.MostSecretBytes, ProverChecks.Secret, out byte[] secret);
        if (!verdict.IsAccepted) return verdict;
        var budget = new FileProofBudget(secrets);
        verdict = RegisteredGraph.TryOpen(published!.Model, published.RegistrationProof, secret, new RegistrationOptions { Openings = budget }, out var registered);
        CryptographicOperations.ZeroMemory(secret);
        if (verdict.IsAccepted) folder = new ModelFolder(published, registered!, budget);
        return verdict;
    }

    /// <summary>Reads a published model from a file, or from a folder that holds one.</summary>
    /// <param name="path">File or folder, which exists.</param>
    /// <param name="published">The model; its registration is not verified yet.</param>
    public static Verdict ReadPublished(string path, out PublishedModel? published)
    {
        published = null;
        if (Directory.Exists(path)) path = Path.Combine(path, PublicName);
        if (!File.Exists(path)) return Verdict.Reject(ProverChecks.Folder, $"a file {path}", "none");
        using var file = File.OpenRead(path);
        if (file.Length > PublishedModel.MaximumBytes) return Verdict.Reject(AnswerChecks.PublishedEncoding, $"at most {PublishedModel.MaximumBytes} bytes", $"{file.Length}");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return PublishedModel.Decode(bytes, out published);
    }

    /// <summary>How many proofs are left, or null where weights are public and there is no end to them; 0 where the account cannot be used, with the verdict that says why.</summary>
    public Verdict Left(out int? proofs)
    {
        proofs = null;
        if (!Published.Model.Parameters.WeightsHidden) return Verdict.Accept;
        var verdict = budget.Look(Published.Model.WeightRoot, out int left);
        proofs = left;
        return verdict;
    }

    /// <summary>Answers a request and proves the answer.</summary>
    /// <param name="request">The input's elements, little-endian.</param>
    /// <param name="context">What the answer is for.</param>
    /// <param name="isCarrying">Whether the answer carries the published model, so that whoever verifies it needs nothing else.</param>
    /// <param name="answer">The answer, if the verdict accepts.</param>
    /// <param name="execution">The same with its timings.</param>
    /// <param name="progress">Hears of each stage as it begins.</param>
    public Verdict TryAnswer(ReadOnlyMemory<byte> request, Bytes32 context, bool isCarrying, out ProvenAnswer? answer, out ProvenExecution? execution, IProgress<ProvingStage>? progress = null) =>
        TryAnswer([request], new AnswerOptions { Context = context, IsCarrying = isCarrying }, out answer, out execution, progress);

    /// <summary>Answers one request, or several in one proof, and hides of requests and answers what is asked for.</summary>
    /// <param name="requests">Each input's elements, little-endian.</param>
    /// <param name="options">What the answer is for, what it carries, and what it hides.</param>
    /// <param name="answer">The answer, if the verdict accepts. Secrets of what it hides are in their folder by then.</param>
    /// <param name="execution">The same with its timings.</param>
    /// <param name="progress">Hears of each stage as it begins.</param>
    /// <exception cref="ArgumentException">There is no request, or more than a batch has.</exception>
    public Verdict TryAnswer(
        IReadOnlyList<ReadOnlyMemory<byte>> requests, AnswerOptions options, out ProvenAnswer? answer, out ProvenExecution? execution, IProgress<ProvingStage>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentNullException.ThrowIfNull(options);
        if (requests.Count is < 1 or > GraphBatch.MostInputs) throw new ArgumentException($"1 to {GraphBatch.MostInputs} requests, not {requests.Count}", nameof(requests));
        if ((options.HideInput || options.HideOutput) && options.Secrets is null) throw new ArgumentException("what is hidden needs a folder for its secrets", nameof(options));
        (answer, execution) = (null, null);
        foreach (var one in requests)
            if (Published.Input.ToCells(one.Span, Published.Model.Graph.Input, out _) is { IsAccepted: false } unfit) return unfit;
        byte[] request = [.. requests.SelectMany(r => r.ToArray())];
        Published.Input.ToCells(request, Published.Model.Graph.Input, out var cells, requests.Count);
        var (prover, verdict) = (Registered, Verdict.Accept);
        if (requests.Count > 1) verdict = Registered.TryBatch(requests.Count, out prover!);
        if (!verdict.IsAccepted) return verdict;
        CommittedTensor? hiddenInput = null, hiddenOutput = null;
        if (options.HideInput) verdict = options.Secrets!.TryCommit(Array.ConvertAll(cells!, cell => (long)cell), prover.Model, out hiddenInput);
        if (verdict.IsAccepted && options.HideOutput) verdict = options.Secrets!.TryCommit(prover.Answer(cells).AsSpan(), prover.Model, out hiddenOutput);
        using (hiddenInput)
        using (hiddenOutput)
        {
            if (!verdict.IsAccepted) return verdict;
            var context = hiddenInput is null ? ProvenAnswer.ProofContext(Published.Digest, request, options.Context) : ProvenAnswer.ProofContext(Published.Digest, hiddenInput.Commitment, options.Context);
            verdict = prover.TryProve(cells, context, hiddenInput, hiddenOutput, out execution, progress);
            if (!verdict.IsAccepted) return verdict;
            if (hiddenInput is not null) options.Secrets!.Write(TensorFolder.InputName, hiddenInput);
            if (hiddenOutput is not null) options.Secrets!.Write(TensorFolder.OutputName, hiddenOutput);
            answer = new ProvenAnswer(
                Published.Digest, options.IsCarrying ? (ReadOnlyMemory<byte>?)Published.Encode() : null, hiddenInput is null ? request : default, hiddenOutput is null ? execution!.Output : [], options.Context,
                execution!.Proof)
            {
                Inputs = requests.Count, HiddenInput = hiddenInput?.Commitment, HiddenOutput = hiddenOutput?.Commitment,
            };
            return verdict;
        }
    }

    /// <summary>Answers a request without a proof, which opens nothing.</summary>
    public Verdict Execute(ReadOnlySpan<byte> request, out long[]? output)
    {
        var verdict = Published.Input.ToCells(request, Published.Model.Graph.Input, out var cells);
        output = verdict.IsAccepted ? Registered.Execute(cells)[Published.Model.Graph.Output] : null;
        return verdict;
    }

    /// <summary>Zeroes the secret that the masks come from.</summary>
    public void Dispose() => Registered.Dispose();

    static void Publish(string path, ReadOnlySpan<byte> content)
    {
        string temporary = path + PrivateFiles.TemporarySuffix;
        using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 }))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path);
        PrivateFiles.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}

/// <summary>What an answer is for, what it carries, and what it hides.</summary>
public sealed record AnswerOptions
{
    /// <summary>What the answer is for: it holds in no other context.</summary>
    public Bytes32 Context { get; init; }

    /// <summary>Whether the answer carries the published model, so that whoever verifies it needs nothing else.</summary>
    public bool IsCarrying { get; init; } = true;

    /// <summary>Whether a commitment stands for the requests.</summary>
    public bool HideInput { get; init; }

    /// <summary>Whether a commitment stands for the outputs.</summary>
    public bool HideOutput { get; init; }

    /// <summary>Where the secrets of what is hidden are kept; null if nothing is.</summary>
    public TensorFolder? Secrets { get; init; }
}

/// <summary>A model that is to be registered: its integers, what its tensors are called, and how far it is from its floats.</summary>
/// <param name="Integers">The integers.</param>
/// <param name="Input">What it is asked.</param>
/// <param name="Output">What it answers.</param>
/// <param name="Facts">The calibration's report.</param>
public sealed record SourceModel(IntegerModel Integers, TensorSpec Input, TensorSpec Output, CalibrationFacts Facts)
{
    /// <summary>A float model of one input and one output, and what quantising it gave.</summary>
    public static SourceModel Of(FloatModel floats, IntegerModel integers, QuantisationReport report)
    {
        ArgumentNullException.ThrowIfNull(floats);
        ArgumentNullException.ThrowIfNull(integers);
        ArgumentNullException.ThrowIfNull(report);
        var (input, output) = (floats.Inputs.Single(), floats.OutputTensors.Single());
        return new SourceModel(
            integers, new TensorSpec(input.Name, input.IsInteger ? Datatype.INT64 : Datatype.FP32, input.Dimensions, integers.InputScale), new TensorSpec(output.Name, Datatype.FP32, output.Dimensions, integers.OutputScale),
            new CalibrationFacts(report.Samples, report.MaximumError, report.MeanError, report.RootMeanSquareError, report.FloatRange, report.Agreement, report.Saturated));
    }
}
