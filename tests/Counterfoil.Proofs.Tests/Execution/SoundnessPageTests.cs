using System.Globalization;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Models;
using Counterfoil.Models.Onnx;
using Counterfoil.Models.Zoo;
using Counterfoil.Prover;
using Counterfoil.Prover.Hiding;
using Counterfoil.Tests;
using Counterfoil.Zk;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Security;

namespace Counterfoil.Proofs.Tests.Execution;

/// <summary>
/// <c>docs/soundness.md</c> says every term of the ledger with its formula and bits, for each profile. With <c>COUNTERFOIL_UPDATE=1</c> it is written instead of compared.
/// </summary>
public sealed class SoundnessPageTests
{
    static string Page => Path.Combine(Surroundings.Root, "docs", "soundness.md");

    [Fact]
    public void The_page_says_what_the_ledger_says()
    {
        string page = Write();
        if (Environment.GetEnvironmentVariable("COUNTERFOIL_UPDATE") == "1") File.WriteAllText(Page, page);
        Assert.Equal(File.ReadAllText(Page), page);
    }

    static string Write()
    {
        var page = new StringBuilder("""
            # Soundness, term by term

            What can go wrong in each round of a proof of an execution and of a registration, and with what probability: the ledger of `CommittedGraph.Ledger`, whose weakest term is a model's security. [proofs.md](proofs.md) §7 says why each formula holds and where it is from.
            The bound is round by round, in the random-oracle model: unique decoding only, no conjecture about proximity gaps beyond it, no grinding. \|F\| = p² ≈ 2^128. A model, or a batch, with any term below **100 bits** is refused (`model.security`), naming the term. "Times" is how many such rounds there are;
            the sum over all rounds is given too. Written by `SoundnessPageTests` from the code, so that it cannot say anything else.

            """);
        foreach (string name in new[] { "mlp", "cnn-264k", "nanogpt" })
        {
            var zoo = ZooModel.All.Single(m => m.Name == name);
            Assert.True(OnnxReader.Read(zoo.Build(), out var read, zoo.Limits).IsAccepted);
            Assert.True(Quantiser.Quantise(read!, ZooModel.Inputs(read!, 4), new QuantiserOptions(), out var model, out _).IsAccepted);
            Assert.True(GraphLayout.Derive(model!.Graph, out var layout).IsAccepted);
            var secret = new RegistrationOptions { Profile = PrivacyProfile.HiddenWeights, Budget = 64 };
            foreach (var options in (RegistrationOptions[])[new(), secret, .. name == "mlp" ? [secret with { Schedule = Schedule.Short }] : Array.Empty<RegistrationOptions>()])
            {
                bool hidden = options.Profile == PrivacyProfile.HiddenWeights, folded = options.Schedule == Schedule.Short;
                Assert.True(CommittedGraph.Create(layout!, CodeChoice.For(layout!, options)!, new Keccak256Digest(new Bytes32(new byte[32])), out var committed).IsAccepted);
                Add(page, $"{zoo.Name} ({zoo.Shape}), weights {(hidden ? "hidden, 64 proofs" : "public")}{(folded ? ", short schedule" : "")}", committed!.Ledger);
                if (name != "mlp" || !hidden || folded) continue;
                Assert.True(committed.Batch(32, out var batch).IsAccepted);
                Add(page, $"{zoo.Name}, weights hidden, 32 inputs in one proof", batch!.Ledger);
            }
        }
        return page.ToString();
    }

    static void Add(StringBuilder page, string title, SecurityLedger ledger)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\nWeakest: {Floor(ledger.SecurityBits)} bits, {ledger.Weakest.Round}. Sum over all rounds: {Floor(ledger.SumBits)} bits.\n\n| round | error | bits | times |\n|---|---|---:|---:|\n");
        foreach (var term in ledger.Terms) page.Append(CultureInfo.InvariantCulture, $"| {term.Round} | {term.Formula.Replace("|", "\\|")} | {Floor(term.Bits)} | {term.Count} |\n");
    }

    // Never more than there is.
    static string Floor(double bits) => (Math.Floor(bits * 10) / 10).ToString("F1", CultureInfo.InvariantCulture);
}
