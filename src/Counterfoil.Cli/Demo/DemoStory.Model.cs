using System.Runtime.CompilerServices;
using Counterfoil.Core.Digests;
using Counterfoil.Data.Guarding;
using Counterfoil.Evidence.Predicates;
using Counterfoil.Models;
using Counterfoil.Models.Onnx;
using Counterfoil.Prover;
using Counterfoil.Training;
using Counterfoil.Zk;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Models;

namespace Counterfoil.Cli.Demo;

/// <summary>Links 4 and 5: a network is trained on what the guard lets through, quantised, measured on the held-back images, and registered.</summary>
sealed partial class DemoStory
{
    TrainingResult trained = null!;
    RegisteredGraph model = null!;
    QuantisedModel quantised = null!;
    Sha256Digest trainingLink, modelLink;

    async Task TrainAsync(CancellationToken cancel)
    {
        narrator.Begin("training");
        var started = await chain.NowAsync(cancel);
        var progress = new Progress(p => narrator.Progress($"training, epoch {p.Epoch + 1} of {recipe.Epochs}, loss {p.Loss:F3}", (double)p.Records / ((long)recipe.Epochs * split.Training.Length)));
        trained = await Trainer.TrainAsync(recipe, Batches(cancel), progress, cancellationToken: cancel);
        var finished = await chain.NowAsync(cancel);

        var report = Report(recipe.Epochs, recipe.BatchSize);
        var guardLink = await PublishAsync(LinkStatement.Sign("delivered stream", report, cast.Signer("guard")), cancel);
        byte[] onnx = OnnxWriter.Write(trained.Model);
        var bindings = new TrainingBindings(datasetLink, guardLink, leaseLink, trained.BatchesRoot, trained.Steps);
        var run = new TrainingRun(
            new TrainingDefinition(
                TrainingRun.BuildType,
                new TrainingParameters(recipe.Digest, recipe.Layers, recipe.Epochs, recipe.BatchSize, $"{recipe.LearningRateMillionths}e-6", recipe.Seed),
                bindings,
                [
                    new ResourceDescriptor(LinkType.DatasetCommitment.PredicateType, new(datasetLink)),
                    new ResourceDescriptor(LinkType.GuardReport.PredicateType, new(guardLink)),
                    new ResourceDescriptor(LinkType.ComputeLease.PredicateType, new(leaseLink)),
                ]),
            new TrainingDetails(new Builder($"urn:counterfoil:trainer:{Product.Version}"), new TrainingMetadata(started, finished)));
        trainingLink = await PublishAsync(LinkStatement.Sign("weights.onnx", run, cast.Signer("trainer"), Sha256.Hash(onnx)), cancel);
        narrator.Done($"MLP {string.Join('-', recipe.Layers)} trained on {guard.Report.Delivered.Records:N0} guarded records in {trained.Steps:N0} steps, loss {trained.Losses[^1]:F3}");
    }

    async Task RegisterAsync(CancellationToken cancel)
    {
        narrator.Begin("quantising and registering the model");
        var calibration = await RecordsAsync(split.Training.Take(500), cancel);
        Quantiser.Quantise(trained.Model, Preprocessing.Uint8Shift1, [.. calibration.Select(r => r.Input)], new QuantiserOptions(), out var integers, out var report).Require();
        quantised = integers!;
        var heldBack = await RecordsAsync(split.HeldBack, cancel);
        int correct = heldBack.Count(r => Label(r.Input) == r.Label);
        Facts.Accuracy = (double)correct / heldBack.Count;

        // The masks live as long as this process, and so does the account of their openings.
        model = RegisteredGraph.Register(quantised.Model, new RegistrationOptions { Profile = PrivacyProfile.HiddenWeights });
        var committed = Keep(model.Model.Encode());
        var registration = Keep(model.RegistrationProof);
        modelLink = await PublishAsync(LinkStatement.Sign("fashion-mlp", new ModelCommitment(
            trainingLink, "fashion-mlp", model.Model.Id, model.Model.WeightRoot, model.Model.GraphDigest, Sha256.Hash(OnnxWriter.Write(trained.Model)),
            Sha256.Hash(committed.Span), Sha256.Hash(registration.Span), quantised.Input.Name, model.Model.Parameters.WeightsHidden,
            new Evaluation(heldBack.Count, correct)), cast.Signer("owner")), cancel);
        narrator.Done($"int8 model labels {Facts.Accuracy:P1} of the {heldBack.Count:N0} held-back images right (agrees with float on {report!.Agreement:P1}); registered as {model.Model.Id.ToString()[..16]}…, soundness {model.Model.Ledger.SecurityBits:F1} bits, weights hidden: yes, for {model.Model.Parameters.Budget} proofs");
    }

    int Label(ReadOnlyMemory<byte> image)
    {
        quantised.Answer(image.Span, out var output).Require();
        return ArgMax.Of(output!);
    }

    /// <summary>What the guard delivers, as the trainer takes it.</summary>
    async IAsyncEnumerable<Batch> Batches([EnumeratorCancellation] CancellationToken cancel)
    {
        int length = recipe.Layers[0];
        await foreach (var batch in guard.TrainAsync(split, recipe.Epochs, recipe.BatchSize, cancel))
        {
            byte[] inputs = new byte[batch.Count * length], labels = new byte[batch.Count];
            for (int i = 0; i < batch.Count; i++)
            {
                batch.Input(i).CopyTo(inputs.AsMemory(i * length));
                labels[i] = batch.Label(i);
            }
            yield return new Batch(batch.Epoch, inputs, labels, batch.Root);
        }
    }

    async Task<List<(ReadOnlyMemory<byte> Input, byte Label)>> RecordsAsync(IEnumerable<int> places, CancellationToken cancel)
    {
        var records = new List<(ReadOnlyMemory<byte>, byte)>();
        await foreach (var batch in guard.ReadAsync([.. places], 256, cancel))
            for (int i = 0; i < batch.Count; i++) records.Add((batch.Input(i), batch.Label(i)));
        return records;
    }

    /// <summary>Reports on the thread that works, so that lines stand in order.</summary>
    sealed class Progress(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
