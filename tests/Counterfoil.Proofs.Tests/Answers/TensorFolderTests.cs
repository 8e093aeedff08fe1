using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Home;
using Counterfoil.Prover;
using Counterfoil.Prover.Storage;
using Counterfoil.Zk;
using Counterfoil.Zk.Answers;
using Counterfoil.Zk.Models;

namespace Counterfoil.Proofs.Tests.Answers;

/// <summary>Answers about several inputs, and about hidden ones: what is in the file, and what its holder keeps.</summary>
public sealed class TensorFolderTests : IDisposable
{
    static readonly ReadOnlyMemory<byte> Other = SmallModel.Request(0, 1, 2, 3, 4);

    readonly string folder = Directory.CreateTempSubdirectory("counterfoil-tensors-").FullName;
    readonly ModelFolder model;

    public TensorFolderTests() => Assert.Equal(
        Verdict.Accept, ModelFolder.Create(Path.Combine(folder, "m"), "small", SmallModel.Source, new RegistrationOptions { Profile = PrivacyProfile.HiddenWeights, Budget = 3, TensorBudget = 2, Batch = 2 }, out model!));

    public void Dispose()
    {
        model.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    string At(params ReadOnlySpan<string> names) => Path.Combine([folder, .. names]);

    ProvenAnswer Ask(AnswerOptions options, params ReadOnlyMemory<byte>[] requests)
    {
        Assert.Equal(Verdict.Accept, model.TryAnswer(requests, options, out var answer, out _));
        Assert.Equal(Verdict.Accept, ProvenAnswer.Decode(answer!.Encode(), out var decoded));
        return decoded!;
    }

    AnswerOptions Hiding(string name, bool input = true, bool output = true) => new() { HideInput = input, HideOutput = output, Secrets = TensorFolder.Create(At(name)) };

    CommittedTensor Read(string name, string file)
    {
        Assert.Equal(Verdict.Accept, TensorFolder.Open(At(name), out var opened));
        Assert.Equal(Verdict.Accept, opened!.Read(file, out var tensor));
        return tensor!;
    }

    [Fact]
    public void A_batch_of_hidden_inputs_and_outputs_is_one_answer_whose_holder_has_their_cells()
    {
        var clear = Ask(new AnswerOptions(), SmallModel.Usual, Other);
        var hidden = Ask(Hiding("s"), SmallModel.Usual, Other);
        foreach (var answer in (ProvenAnswer[])[clear, hidden]) Assert.Equal(Verdict.Accept, answer.Verify(model.Published));
        Assert.True(hidden.Request.IsEmpty && hidden.Output.IsEmpty);
        using (var x = Read("s", TensorFolder.InputName))
        using (var y = Read("s", TensorFolder.OutputName))
        {
            Assert.Equal((hidden.HiddenInput, hidden.HiddenOutput), (x.Commitment, y.Commitment));
            Assert.Equal([5L, -12, 2, 31, -1, 0, 4, 8, 12, 16], x.Cells.ToArray());
            Assert.Equal(clear.Output, y.Cells.ToArray());
            // The account is beside the secret, and one opening is taken of it.
            Assert.Equal(Verdict.Accept, TensorFolder.Open(At("s"), out var opened));
            Assert.Equal(Verdict.Accept, opened!.Left(x, out int left));
            Assert.Equal(x.Commitment.Budget - 1, left);
        }
        Assert.Equal(Verdict.Accept, hidden.Hides(hidden.HiddenInput!.Digest, hidden.HiddenOutput!.Digest));
        Assert.Equal(AnswerChecks.Hidden, SmallModel.CheckOf(hidden.Hides(hidden.HiddenOutput.Digest, null)));
        Assert.Equal(AnswerChecks.Hidden, SmallModel.CheckOf(clear.Hides(null, hidden.HiddenOutput.Digest)));
        Assert.Equal(AnswerChecks.Request, SmallModel.CheckOf(hidden.Answers(ReadOnlyMemory<byte>.Empty, null)));
    }

    [Fact]
    public void What_stands_in_a_file_for_the_hidden_is_bound_by_its_proof()
    {
        var answer = Ask(Hiding("s", output: false), SmallModel.Usual);
        var again = Ask(Hiding("t", output: false), SmallModel.Usual);
        Assert.NotEqual(answer.HiddenInput, again.HiddenInput);
        Assert.False((answer with { HiddenInput = again.HiddenInput }).Verify(model.Published).IsAccepted);
        Assert.False((answer with { HiddenInput = null, Request = SmallModel.Usual }).Verify(model.Published).IsAccepted);
        Assert.False((answer with { Output = answer.Output.SetItem(0, answer.Output[0] ^ 1) }).Verify(model.Published).IsAccepted);
        Assert.Equal(AnswerChecks.RequestLength, SmallModel.CheckOf((answer with { Inputs = 2 }).Verify(model.Published)));
        Assert.Equal(ZkChecks.Hidden, SmallModel.CheckOf((answer with { HiddenOutput = answer.HiddenInput, Output = [] }).Verify(model.Published)));
        // An answer has one encoding; whatever byte of its head is another, it is no answer or another.
        byte[] file = (answer with { CarriedModel = null }).Encode();
        int header = file.Length - answer.Proof.Length;
        for (int at = 0; at < header; at++)
        {
            var changed = (byte[])file.Clone();
            changed[at] ^= 1;
            if (ProvenAnswer.Decode(changed, out var other).IsAccepted) Assert.False(other!.Verify(model.Published).IsAccepted, $"byte {at}");
        }
    }

    [Fact]
    public void A_secret_is_its_owners_alone_and_whole_or_it_is_refused()
    {
        Ask(Hiding("s", output: false), SmallModel.Usual);
        string path = At("s", TensorFolder.InputName);
        Assert.Equal(Verdict.Accept, TensorFolder.Open(At("s"), out var opened));
        Assert.Equal(ProverChecks.TensorSecret, SmallModel.CheckOf(opened!.Read(TensorFolder.OutputName, out _)));
        Assert.Equal(ProverChecks.TensorSecret, SmallModel.CheckOf(TensorFolder.Open(At("none"), out _)));
        Assert.Throws<IOException>(() => TensorFolder.Create(At("s")));
        byte[] secret = File.ReadAllBytes(path);
        for (int at = 0; at < secret.Length; at++)
        {
            var changed = (byte[])secret.Clone();
            changed[at] ^= 1;
            PrivateFiles.Write(path, changed);
            Assert.False(opened.Read(TensorFolder.InputName, out var none).IsAccepted, $"byte {at} of {secret.Length}");
            Assert.Null(none);
        }
        PrivateFiles.Write(path, secret.AsSpan(1));
        Assert.Equal(ProverChecks.TensorSecret, SmallModel.CheckOf(opened.Read(TensorFolder.InputName, out _)));
        PrivateFiles.Write(path, secret);
        Assert.Equal(Verdict.Accept, opened.Read(TensorFolder.InputName, out _));
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(path, (UnixFileMode)0b110_100_100);
        Assert.Equal(HomeChecks.Permissions, SmallModel.CheckOf(opened.Read(TensorFolder.InputName, out _)));
        File.SetUnixFileMode(path, (UnixFileMode)0b110_000_000);
        File.SetUnixFileMode(At("s"), (UnixFileMode)0b111_101_101);
        Assert.Equal(HomeChecks.Permissions, SmallModel.CheckOf(TensorFolder.Open(At("s"), out _)));
    }

    [Fact]
    public void A_refused_answer_spends_nothing_of_the_weights()
    {
        Assert.Equal(AnswerChecks.RequestLength, SmallModel.CheckOf(model.TryAnswer([SmallModel.Usual, Other[4..]], new AnswerOptions(), out _, out _)));
        Assert.Throws<ArgumentException>(() => model.TryAnswer([SmallModel.Usual], new AnswerOptions { HideInput = true }, out _, out _));
        Assert.Throws<ArgumentException>(() => model.TryAnswer([], new AnswerOptions(), out _, out _));
        Assert.Equal(Verdict.Accept, model.Left(out int? left));
        Assert.Equal(3, left);
    }
}
