using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Zk;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Attacks;

/// <summary>
/// Every lie, told consistently, by a prover that is not ours. Each has a place where it must be hidden; who knows the challenges hides it there and is
/// believed; who does not is refused, by that place's check and by no other.
/// </summary>
public sealed class LieTests
{
    public static TheoryData<string, string> Lies()
    {
        var lies = new TheoryData<string, string>();
        // Numbers in their tables that do not follow from one another: hidden in the matrix product, the relation, or the columns' opening.
        foreach (string lie in new[]
        {
            "an output one too large over the same remainder", "a saturation of what did not saturate", "a negative sum that ReLU turns positive", "one weight replaced",
            "a result past 127 that does not saturate",
        })
            foreach (string bend in new[] { nameof(Bend.Matrix), nameof(Bend.Neurons), nameof(Bend.Columns) }) lies.Add(lie, bend);
        // Numbers that follow but are in another table, or are read where they are not: no business of the matrix product.
        foreach (string lie in new[] { "a negative value kept, looked up in the table without ReLU", "a second layer that reads other values" })
            foreach (string bend in new[] { nameof(Bend.Neurons), nameof(Bend.Columns) }) lies.Add(lie, bend);
        // Numbers that follow and are in no table.
        lies.Add("an output one too large, paid for by a remainder below zero", nameof(Bend.Lookups));
        lies.Add("a value in padding", nameof(Bend.Lookups));
        return lies;
    }

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_lie_is_believed_only_of_who_knows_the_challenge_that_meets_it(string lie, string bend)
    {
        var where = Enum.Parse<Bend>(bend);
        Assert.Equal(Verdict.Accept, Lie.Of(lie).Tell(true, where));
        Assert.Equal(CheckOf(where), Forging.CheckOf(Lie.Of(lie).Tell(false, where)));
    }

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_lie_that_is_not_hidden_is_refused_even_under_known_challenges(string lie, string bend)
    {
        var check = Enum.Parse<Bend>(bend) == Bend.Lookups ? ZkChecks.Lookup : ZkChecks.Sumcheck;
        foreach (bool frozen in new[] { true, false }) Assert.Equal(check, Forging.CheckOf(Lie.Of(lie).Tell(frozen, Bend.Nowhere)));
    }

    [Fact]
    public void A_prover_written_from_the_verifier_alone_is_believed_when_he_tells_the_truth()
    {
        foreach (bool frozen in new[] { true, false }) Assert.Equal(Verdict.Accept, Lie.Of("the truth").Tell(frozen, Bend.Nowhere));
    }

    static Check CheckOf(Bend bend) => bend switch
    {
        Bend.Lookups => ZkChecks.LookupLayer,
        Bend.Neurons => ZkChecks.Sumcheck,
        Bend.Matrix => ZkChecks.MatrixProduct,
        _ => ZkChecks.OpeningValue,
    };
}
