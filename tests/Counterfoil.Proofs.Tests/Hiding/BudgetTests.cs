using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Zk;

namespace Counterfoil.Proofs.Tests.Hiding;

/// <summary>No opening of a weight root is used twice: not when it is spent, not after a crash, not from a copy, not by two replicas.</summary>
public sealed class BudgetTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("counterfoil-budget-").FullName;

    static readonly Keccak256Digest Root = Keccak256.Hash("a root"u8), Other = Keccak256.Hash("another"u8);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string AccountFile => Path.Combine(folder, $"{Root}.budget");

    static int Drain(IProofBudget budget, Keccak256Digest root)
    {
        int taken = 0;
        while (budget.Take(root, Opening.Inference).IsAccepted) taken++;
        Assert.Equal(ProverChecks.Budget, Forging.CheckOf(budget.Take(root, Opening.Inference)));
        return taken;
    }

    [Fact]
    public void A_model_proves_as_often_as_its_budget_says_and_then_refuses()
    {
        var registered = RandomModels.Register(4, RandomModels.Hidden with { Budget = 2, Openings = new MemoryProofBudget() }, 3, 2);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(Verdict.Accept, registered.TryProve([5, -6, 7], Forging.Context, out var proven));
            Assert.Equal(Verdict.Accept, ExecutionProof.Verify(new ExecutionStatement(registered.Model, new[] { 5, -6, 7 }, proven!.Output.AsMemory(), Forging.Context), proven.Proof));
        }
        Assert.Equal(ProverChecks.Budget, Forging.CheckOf(registered.TryProve([5, -6, 7], Forging.Context, out var none)));
        Assert.Null(none);
        Assert.Throws<InvalidOperationException>(() => registered.Prove([5, -6, 7], Forging.Context));
        // Where nothing is hidden nothing is counted.
        var open = RandomModels.Register(4, 3, 2);
        for (int i = 0; i < 5; i++) open.Prove([5, -6, 7], Forging.Context);
    }

    [Fact]
    public void An_account_is_kept_in_memory_or_in_a_file_with_the_same_meaning()
    {
        foreach (IProofBudget budget in new IProofBudget[] { new MemoryProofBudget(), new FileProofBudget(folder) })
        {
            budget.Create(Root, 3);
            budget.Create(Other, 1);
            Assert.Throws<InvalidOperationException>(() => budget.Create(Root, 3));
            Assert.Equal(3, Drain(budget, Root));
            Assert.Equal(Verdict.Accept, budget.Take(Root, Opening.Equality));
            Assert.Equal(ProverChecks.Budget, Forging.CheckOf(budget.Take(Root, Opening.Equality)));
            Assert.Equal(1, Drain(budget, Other));
            Assert.False(budget.Take(Keccak256.Hash("an unknown root"u8), Opening.Inference).IsAccepted);
        }
    }

    [Fact]
    public void Those_who_share_a_folder_take_turns_and_no_opening_is_given_out_twice()
    {
        new FileProofBudget(folder).Create(Root, 40);
        int taken = 0;
        Parallel.For(0, 6, new ParallelOptions { MaxDegreeOfParallelism = 6 }, _ =>
        {
            var budget = new FileProofBudget(folder); // as another process has it
            for (int i = 0; i < 9; i++)
                if (budget.Take(Root, Opening.Inference).IsAccepted) Interlocked.Increment(ref taken);
        });
        Assert.Equal(40, taken);
        Assert.Equal(Verdict.Accept, new FileProofBudget(folder).Look(Root, out int left));
        Assert.Equal(0, left);
        Assert.Equal(ProverChecks.BudgetRecord, Forging.CheckOf(new FileProofBudget(folder).Look(Other, out _)));
    }

    [Theory]
    [InlineData("written")]
    [InlineData("flushed")]
    [InlineData("renamed")]
    [InlineData("synced")]
    public void A_crash_between_taking_and_using_never_gives_the_same_opening_again(string step)
    {
        new FileProofBudget(folder).Create(Root, 10);
        int given = 0;
        for (int crash = 0; crash < 5; crash++)
        {
            Assert.Equal(Verdict.Accept, new FileProofBudget(folder).Take(Root, Opening.Inference));
            given++;
            var dying = new FileProofBudget(folder, at => { if (at == step) throw new IOException("killed"); });
            Assert.Throws<IOException>(() => dying.Take(Root, Opening.Inference));
        }
        // What the dying process did not get may be lost; what was given out is.
        Assert.InRange(given + Drain(new FileProofBudget(folder), Root), given, 10);
        if (step is "renamed" or "synced") Assert.False(new FileProofBudget(folder).Take(Root, Opening.Inference).IsAccepted);
    }

    [Fact]
    public void A_restored_backup_counts_as_spent()
    {
        var budget = new FileProofBudget(folder);
        budget.Create(Root, 3);
        byte[] backup = File.ReadAllBytes(AccountFile);
        Assert.Equal(Verdict.Accept, budget.Take(Root, Opening.Inference));

        // Over the present file, beside it under its name, and in another folder.
        File.WriteAllBytes(AccountFile, backup);
        Assert.Equal(ProverChecks.BudgetRecord, Forging.CheckOf(new FileProofBudget(folder).Take(Root, Opening.Inference)));
        File.Delete(AccountFile);
        File.WriteAllBytes(AccountFile, backup);
        Assert.Equal(ProverChecks.BudgetRecord, Forging.CheckOf(new FileProofBudget(folder).Take(Root, Opening.Inference)));
        string elsewhere = Path.Combine(folder, "elsewhere");
        var other = new FileProofBudget(elsewhere);
        File.Copy(AccountFile, Path.Combine(elsewhere, $"{Root}.budget"));
        Assert.Equal(ProverChecks.BudgetRecord, Forging.CheckOf(other.Take(Root, Opening.Equality)));
    }

    [Fact]
    public void A_damaged_or_missing_account_counts_as_spent()
    {
        var budget = new FileProofBudget(folder);
        Assert.Equal(ProverChecks.BudgetRecord, Forging.CheckOf(budget.Take(Root, Opening.Inference)));
        budget.Create(Root, 3);
        byte[] whole = File.ReadAllBytes(AccountFile);
        for (int i = 0; i < whole.Length; i++)
        {
            using (var file = new FileStream(AccountFile, FileMode.Open, FileAccess.Write))
            {
                file.Position = i;
                file.WriteByte((byte)(whole[i] ^ 1));
            }
            Assert.Equal(ProverChecks.BudgetRecord, Forging.CheckOf(budget.Take(Root, Opening.Inference)));
            using (var file = new FileStream(AccountFile, FileMode.Open, FileAccess.Write)) file.Write(whole);
        }
        using (var file = new FileStream(AccountFile, FileMode.Open, FileAccess.Write)) file.SetLength(whole.Length - 1);
        Assert.Equal(ProverChecks.BudgetRecord, Forging.CheckOf(budget.Take(Root, Opening.Inference)));
        // An account of one root is none of another's.
        budget.Create(Other, 3);
        File.Move(Path.Combine(folder, $"{Other}.budget"), AccountFile, overwrite: true);
        Assert.Equal(ProverChecks.BudgetRecord, Forging.CheckOf(budget.Take(Root, Opening.Inference)));
    }

    [Fact]
    public void Replicas_have_openings_of_their_own()
    {
        FileProofBudget budget = new(folder), one = new(Path.Combine(folder, "one")), two = new(Path.Combine(folder, "two"));
        budget.Create(Root, 10);
        Assert.Equal(Verdict.Accept, budget.Split(Root, one, 4));
        Assert.Equal(Verdict.Accept, budget.Split(Root, two, 5));
        Assert.Equal(ProverChecks.Budget, Forging.CheckOf(budget.Split(Root, new FileProofBudget(Path.Combine(folder, "three")), 2)));
        Assert.Equal(4, Drain(one, Root));
        Assert.Equal(5, Drain(two, Root));
        Assert.Equal(1, Drain(budget, Root));
        // The proof of equality is the first one's alone.
        Assert.False(one.Take(Root, Opening.Equality).IsAccepted);
        Assert.Equal(Verdict.Accept, budget.Take(Root, Opening.Equality));
    }

    [Fact]
    public void Threads_never_share_an_opening()
    {
        var budget = new FileProofBudget(folder);
        budget.Create(Root, 20);
        int taken = 0;
        Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ =>
        {
            if (budget.Take(Root, Opening.Inference).IsAccepted) Interlocked.Increment(ref taken);
        });
        Assert.Equal(20, taken);
    }

    [Fact]
    public void A_model_is_taken_up_again_with_its_secret_and_its_account()
    {
        var options = RandomModels.Hidden with { Openings = new FileProofBudget(folder) };
        var registered = RandomModels.Register(4, options, 3, 2);
        for (int i = 1; i < registered.Model.Parameters.Budget; i++) registered.Prove([5, -6, 7], Forging.Context);
        byte[] secret = registered.EncodeSecret(), encoding = registered.Model.Encode();
        registered.Dispose();

        Assert.Equal(Verdict.Accept, CommittedGraph.Decode(encoding, out var model));
        var later = options with { Openings = new FileProofBudget(folder) };
        Assert.Equal(Verdict.Accept, RegisteredGraph.TryOpen(model!, registered.RegistrationProof, secret, later, out var reopened));
        Assert.Equal(Verdict.Accept, reopened!.TryProve([5, -6, 7], Forging.Context, out var proven));
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(new ExecutionStatement(model!, new[] { 5, -6, 7 }, proven!.Output.AsMemory(), Forging.Context), proven.Proof));
        Assert.Equal(ProverChecks.Budget, Forging.CheckOf(reopened.TryProve([5, -6, 7], Forging.Context, out _)));

        using var another = RandomModels.Register(5, RandomModels.Hidden with { Openings = new MemoryProofBudget() }, 3, 2);
        Assert.Equal(ProverChecks.SecretRoot, Forging.CheckOf(RegisteredGraph.TryOpen(model!, registered.RegistrationProof, another.EncodeSecret(), later, out _)));
    }
}
