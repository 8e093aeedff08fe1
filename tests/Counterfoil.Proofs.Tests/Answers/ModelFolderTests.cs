using System.Collections.Concurrent;
using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Home;
using Counterfoil.Prover;
using Counterfoil.Prover.Storage;
using Counterfoil.Zk;
using Counterfoil.Zk.Answers;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Models;

namespace Counterfoil.Proofs.Tests.Answers;

/// <summary>A registered model goes on in another process, with the same root and no opening twice; a folder that is not whole, or not its own, is refused.</summary>
public sealed class ModelFolderTests : IDisposable
{
    static readonly RegistrationOptions Hidden = new() { Profile = PrivacyProfile.HiddenWeights, Budget = 3 };

    readonly string folder = Directory.CreateTempSubdirectory("counterfoil-model-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string At(params ReadOnlySpan<string> names) => Path.Combine([folder, .. names]);

    string SecretOf(string name) => At(name, ModelFolder.PrivateName, ModelFolder.SecretName);

    ModelFolder Create(string name, RegistrationOptions options, SourceModel? source = null)
    {
        Assert.Equal(Verdict.Accept, ModelFolder.Create(At(name), "small", source ?? SmallModel.Source, options, out var created));
        return created!;
    }

    ModelFolder Open(string name)
    {
        Assert.Equal(Verdict.Accept, ModelFolder.Open(At(name), out var opened));
        return opened!;
    }

    static Verdict Ask(ModelFolder model, out ProvenAnswer? answer) => model.TryAnswer(SmallModel.Usual, default, isCarrying: true, out answer, out _);

    static int? Left(ModelFolder model)
    {
        Assert.Equal(Verdict.Accept, model.Left(out int? left));
        return left;
    }

    [Fact]
    public void A_folder_goes_on_where_it_stood_with_the_same_root_and_spends_no_opening_twice()
    {
        ProvenAnswer? first, second;
        using (var created = Create("m", Hidden))
        {
            Assert.Equal(3, Left(created));
            Assert.Equal(Verdict.Accept, Ask(created, out first));
        }
        using var opened = Open("m");
        Assert.Equal(2, Left(opened));
        Assert.Equal(Verdict.Accept, Ask(opened, out second));
        Assert.Equal(first!.ModelDigest, second!.ModelDigest);
        Assert.Equal(first.Output, second.Output);
        Assert.NotEqual(first.Proof.ToArray(), second.Proof.ToArray()); // pads are fresh, or the weights would be in the difference
        Assert.Equal(Verdict.Accept, PublishedModel.Decode(first.CarriedModel!.Value, out var stranger));
        Assert.Equal(Verdict.Accept, second.Verify(stranger!));
        using var again = Open("m");
        Assert.Equal(Verdict.Accept, Ask(again, out _));
        foreach (var model in (ModelFolder[])[opened, again])
        {
            Assert.Equal(ProverChecks.Budget, SmallModel.CheckOf(Ask(model, out var none)));
            Assert.Null(none);
            Assert.Equal(0, Left(model));
            Assert.Equal(Verdict.Accept, model.Execute(SmallModel.Usual, out long[]? output));
            Assert.Equal(first.Output, output!);
        }
    }

    [Fact]
    public void A_copied_folder_is_spent_and_a_renamed_one_is_not()
    {
        Create("m", Hidden).Dispose();
        foreach (string file in Directory.EnumerateFiles(At("m"), "*", SearchOption.AllDirectories))
        {
            string copy = file.Replace(At("m"), At("copy"), StringComparison.Ordinal);
            PrivateFiles.CreateFolder(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        using (var copied = Open("copy"))
        {
            Assert.Equal(ProverChecks.BudgetRecord, SmallModel.CheckOf(Ask(copied, out _)));
            Assert.Equal(ProverChecks.BudgetRecord, SmallModel.CheckOf(copied.Left(out int? left)));
            Assert.Equal(0, left);
        }
        Directory.Move(At("m"), At("renamed"));
        using var renamed = Open("renamed");
        Assert.Equal(Verdict.Accept, Ask(renamed, out _));
    }

    [Fact]
    public void Where_nothing_is_hidden_nothing_is_counted_and_no_seed_is_kept()
    {
        using var created = Create("m", new RegistrationOptions());
        Assert.Null(Left(created));
        Assert.Empty(Directory.EnumerateFiles(At("m", ModelFolder.PrivateName), "*.budget"));
        using var opened = Open("m");
        for (int i = 0; i < 2; i++) Assert.Equal(Verdict.Accept, Ask(opened, out _));
        Assert.False(created.Registered.EncodeSecret().AsSpan().IndexOf((ReadOnlySpan<byte>)[0x58, 0x20, .. created.Published.Model.WeightRoot.ToArray(), 0x40]) < 0, "an empty seed after the root");
    }

    [Fact]
    public void Many_threads_and_two_opened_folders_share_one_budget()
    {
        Create("m", Hidden with { Budget = 5 }).Dispose();
        using var one = Open("m");
        using var other = Open("m");
        var answers = new ConcurrentBag<ProvenAnswer>();
        Parallel.For(0, 12, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            if (Ask(i % 2 == 0 ? one : other, out var answer).IsAccepted) answers.Add(answer!);
        });
        Assert.Equal(5, answers.Count);
        Assert.All(answers, answer => Assert.Equal(Verdict.Accept, answer.Verify(one.Published)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_byte_of_the_owners_part_counts(bool isHidden)
    {
        using var created = Create("m", isHidden ? Hidden : new RegistrationOptions());
        byte[] secret = File.ReadAllBytes(SecretOf("m"));
        var (model, proof) = (created.Published.Model, created.Published.RegistrationProof);
        var roots = 0;
        for (int at = 0; at < secret.Length; at++)
        {
            var changed = (byte[])secret.Clone();
            changed[at] ^= 1;
            var check = SmallModel.CheckOf(RegisteredGraph.TryOpen(model, proof, changed, new RegistrationOptions(), out _));
            if (check == ProverChecks.SecretRoot) roots++;
            else Assert.True(check == ProverChecks.Secret || check == IntegerGraphChecks.Hidden, $"byte {at}: {check}");
        }
        // The root itself, the seed, 5·7 + 7·3 weights: only committing them anew shows that they are others. A weight of −127 that becomes −128 is refused before that, and so are biases of too many bits.
        Assert.InRange(roots, 32 + (isHidden ? 32 : 0) + 50, secret.Length);
        for (int length = 0; length < secret.Length; length++)
            Assert.Equal(ProverChecks.Secret, SmallModel.CheckOf(RegisteredGraph.TryOpen(model, proof, secret.AsSpan(0, length), new RegistrationOptions(), out _)));
    }

    [Fact]
    public void The_owners_part_of_another_model_or_of_an_earlier_registration_is_refused()
    {
        Create("m", Hidden).Dispose();
        Create("again", Hidden).Dispose();
        Create("other", Hidden, SmallModel.Of("combination", [5], [5])).Dispose();
        foreach (string other in (string[])["again", "other"])
        {
            File.Copy(SecretOf(other), SecretOf("m"), overwrite: true);
            var check = SmallModel.CheckOf(ModelFolder.Open(At("m"), out var none));
            Assert.Equal(other == "again" ? ProverChecks.SecretRoot : ProverChecks.Secret, check);
            Assert.Null(none);
        }
    }

    [Fact]
    public void A_registration_that_is_another_models_is_refused_when_a_folder_is_opened()
    {
        using var created = Create("m", Hidden);
        using var again = Create("again", Hidden);
        var swapped = new PublishedModel("small", created.Published.Model, again.Published.RegistrationProof, created.Published.Input, created.Published.Output, created.Published.Calibration);
        File.WriteAllBytes(At("m", ModelFolder.PublicName), swapped.Encode());
        Assert.StartsWith("proof.", SmallModel.CheckOf(ModelFolder.Open(At("m"), out _)).Id, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ModelFolder.PublicName)]
    [InlineData(ModelFolder.PrivateName + "/" + ModelFolder.SecretName)]
    public void A_folder_without_one_of_its_files_is_none(string file)
    {
        Create("m", Hidden).Dispose();
        File.Delete(At("m", file));
        Assert.Equal(ProverChecks.Folder, SmallModel.CheckOf(ModelFolder.Open(At("m"), out _)));
        File.WriteAllText(At("m", file), "trust me");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(At("m", file), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Contains(SmallModel.CheckOf(ModelFolder.Open(At("m"), out _)), (Check[])[AnswerChecks.PublishedEncoding, ProverChecks.Secret]);
    }

    [Fact]
    public void What_stays_with_the_owner_is_the_owners_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "skipped: modes mean nothing on Windows");
        Create("m", Hidden).Dispose();
        if (OperatingSystem.IsWindows()) return;
        foreach (string path in (string[])[SecretOf("m"), At("m", ModelFolder.PrivateName)])
        {
            var mode = File.GetUnixFileMode(path);
            Assert.Equal(default, mode & (UnixFileMode)0b000_111_111);
            File.SetUnixFileMode(path, mode | UnixFileMode.GroupRead);
            Assert.Equal(HomeChecks.Permissions, SmallModel.CheckOf(ModelFolder.Open(At("m"), out _)));
            File.SetUnixFileMode(path, mode);
        }
    }

    [Fact]
    public void A_folder_is_written_once_and_where_nothing_is()
    {
        Create("m", Hidden).Dispose();
        byte[] secret = File.ReadAllBytes(SecretOf("m"));
        Assert.Equal(ProverChecks.Folder, SmallModel.CheckOf(ModelFolder.Create(At("m"), "small", SmallModel.Source, Hidden, out _)));
        Assert.Equal(secret, File.ReadAllBytes(SecretOf("m")));
        Directory.CreateDirectory(At("empty"));
        Create("empty", Hidden).Dispose();
    }

    [Fact]
    public void Stages_are_told_as_they_begin_in_their_order()
    {
        var heard = new Heard();
        Assert.Equal(Verdict.Accept, ModelFolder.Create(At("m"), "small", SmallModel.Source, Hidden, out var created, heard));
        Assert.Equal(created!.Registered.Timings.Select(t => t.Stage), heard.Stages.Select(s => s.Name));
        heard.Stages.Clear();
        Assert.Equal(Verdict.Accept, created.TryAnswer(SmallModel.Usual, default, isCarrying: false, out _, out var execution, heard));
        Assert.Equal(execution!.Timings.Select((t, i) => new ProvingStage(t.Stage, i + 1, execution.Timings.Length)), heard.Stages);
        created.Dispose();
    }

    [Fact]
    public void Whether_a_model_can_be_registered_is_known_before_the_work()
    {
        Assert.Equal(Verdict.Accept, RegisteredGraph.CanRegister(SmallModel.Source.Integers, Hidden));
        // Row numbers that are computed from what is hidden cannot be proven: the same verdict, sooner.
        var graph = new IntegerGraph(
            new GraphInput(4, -127, 127), [], [new LinearMap(0, Window.Rows(1, 4), 1, 4, 9), new Requantise(1, 4, [20_000], 1, 22, 0, 4), new Parameter(15), new RowGather(3, 2, 5, 3, 4)], 4);
        var unprovable = new Counterfoil.Models.IntegerModel(graph, Execution.SmallGraphs.Hide(graph, 1), 1, 1);
        var verdict = RegisteredGraph.CanRegister(unprovable);
        Assert.Equal(ZkChecks.ModelGraph, SmallModel.CheckOf(verdict));
        Assert.Equal(verdict, RegisteredGraph.TryRegister(unprovable, null, out _));
    }

    sealed class Heard : IProgress<ProvingStage>
    {
        public List<ProvingStage> Stages { get; } = [];

        public void Report(ProvingStage value) => Stages.Add(value);
    }
}
