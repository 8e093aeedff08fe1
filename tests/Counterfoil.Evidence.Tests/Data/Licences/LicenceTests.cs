using System.Text;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Licences;
using Counterfoil.Data.Licences.OptOuts;
using CsCheck;

namespace Counterfoil.Tests.Data.Licences;

/// <summary>Licence expressions, the policy over them, and what a mixture allows.</summary>
public sealed class LicenceTests
{
    static readonly string[] Ids = ["MIT", "CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-ND-4.0", "ODbL-1.0", "GPL-3.0-only", "LicenseRef-ours", "Zend-2.0", "NOASSERTION"];

    /// <summary>Expressions, normal as the parser leaves them: no AND directly in an AND.</summary>
    static Gen<LicenceExpression> Expressions(int depth)
    {
        var leaf = Gen.Select(Choice.Of(Ids), Gen.Bool, Gen.Int[0, 3]).Select((id, later, with) => (LicenceExpression)new LicenceExpression.Licence(id, later && !id.StartsWith("LicenseRef", StringComparison.Ordinal) && id != "NOASSERTION",
            id == "NOASSERTION" ? null : with switch { 0 => "Classpath-exception-2.0", 1 => "AdditionRef-x", _ => null }));
        if (depth == 0) return leaf;
        var inner = Expressions(depth - 1);
        return Gen.OneOf(leaf,
            inner.Where(e => e is not LicenceExpression.All).List[2, 3].Select(of => (LicenceExpression)new LicenceExpression.All([.. of])),
            inner.Where(e => e is not LicenceExpression.Any).List[2, 3].Select(of => (LicenceExpression)new LicenceExpression.Any([.. of])));
    }

    static LicenceExpression Parse(string text)
    {
        Assert.Equal(Verdict.Accept, LicenceExpression.Parse(text, out var expression));
        return expression!;
    }

    static string Check(Verdict verdict) => verdict switch { Verdict.Rejected r => r.Reason.Check.Id, Verdict.Unverifiable u => $"? {u.Reason.Check.Id}", _ => "accepted" };

    [Fact]
    public void What_is_printed_reads_as_the_same_expression() => Expressions(3).Sample(e => Assert.Equal(e, Parse(e.ToString())), iter: 100);

    [Fact]
    public void Whatever_is_read_or_refused_the_reader_does_not_throw() =>
        Gen.OneOf(Gen.String[0, 60], Choice.Of("MIT", "(", ")", "AND", "or", "WITH", "+", "LicenseRef-", "DocumentRef-a:LicenseRef-b", "GPL-2.0+", " ").Array[0, 12].Select(a => string.Join(' ', a)))
            .Sample(text => { if (LicenceExpression.Parse(text, out var e).IsAccepted) Assert.Equal(e, Parse(e!.ToString())); }, iter: 1000);

    [Theory]
    [InlineData("CDDL-1.0", "CDDL-1.0")]
    [InlineData("mit", "MIT")]
    [InlineData("GPL-2.0+", "GPL-2.0+")]
    [InlineData("DocumentRef-spdx-tool-1.2:LicenseRef-MIT-Style-2", "DocumentRef-spdx-tool-1.2:LicenseRef-MIT-Style-2")]
    [InlineData("LGPL-2.1-only OR MIT OR BSD-3-Clause", "LGPL-2.1-only OR MIT OR BSD-3-Clause")]
    [InlineData("LGPL-2.1-only or MIT and BSD-2-Clause", "LGPL-2.1-only OR MIT AND BSD-2-Clause")]
    [InlineData("MIT AND (LGPL-2.1-or-later OR BSD-3-Clause)", "MIT AND (LGPL-2.1-or-later OR BSD-3-Clause)")]
    [InlineData("GPL-2.0-or-later with bison-exception-2.2", "GPL-2.0-or-later WITH Bison-exception-2.2")]
    [InlineData("MIT WITH AdditionRef-our-patents", "MIT WITH AdditionRef-our-patents")]
    [InlineData("((MIT)AND(ISC))", "MIT AND ISC")]
    public void The_annexs_examples_and_their_kin_are_read(string text, string printed) => Assert.Equal(printed, Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("MIT AND")]
    [InlineData("AND MIT")]
    [InlineData("MIT ISC")]
    [InlineData("(MIT")]
    [InlineData("MIT)")]
    [InlineData("MIT And ISC")]
    [InlineData("GPL-2.0 +")]
    [InlineData("MIT WITH")]
    [InlineData("(MIT OR ISC) WITH Bison-exception-2.2")]
    [InlineData("MIT/ISC")]
    [InlineData("LicenseRef-")]
    [InlineData("LicenseRef-a+")]
    [InlineData("DocumentRef-a:MIT")]
    [InlineData("DocumentRef-:LicenseRef-a")]
    public void What_the_grammar_has_not_is_refused(string text) => Assert.Equal("data.licence.expression", Check(LicenceExpression.Parse(text, out _)));

    [Fact]
    public void Depth_and_length_have_limits()
    {
        Assert.Equal("data.licence.expression", Check(LicenceExpression.Parse(new string('(', 33) + "MIT" + new string(')', 33), out _)));
        Assert.Equal("data.licence.expression", Check(LicenceExpression.Parse(new string('a', 4097), out _)));
    }

    [Fact]
    public void What_is_not_on_the_list_is_named()
    {
        Assert.Equal(Verdict.Accept, Parse("MIT AND LicenseRef-ours WITH AdditionRef-b").RequireListed());
        Assert.Equal("data.licence.listed", Check(Parse("MIT OR Company-1.0").RequireListed()));
        Assert.Equal("data.licence.listed", Check(Parse("MIT WITH no-such-exception").RequireListed()));
        Assert.Equal(("MIT", true, null), (SpdxList.Licence("mIT"), SpdxList.IsDeprecated("GPL-2.0"), SpdxList.Licence("Classpath-exception-2.0")));
    }

    [Fact]
    public void Another_source_never_widens_what_is_allowed() =>
        Gen.Select(Expressions(2).List[0, 3], Expressions(2), Choice.Of(OptOutAnswer.NotStated, OptOutAnswer.Allowed, OptOutAnswer.Constrained, OptOutAnswer.Reserved)).Sample((before, added, answer) =>
        {
            var sources = before.Select((e, i) => new LicencedSource($"s{i}", e, [])).ToList();
            var less = LicenceMixture.Of(LicencePolicy.Default, sources);
            var more = LicenceMixture.Of(LicencePolicy.Default, [.. sources, new("new", added, [new("robots.txt", answer, "line 1", Sha256.Hash([]))])]);
            Assert.True(less.IsComplete && more.IsComplete);
            Assert.All(more.Options, option => Assert.Contains(less.Options, o => o.IsAtLeast(option)));
            Assert.NotEmpty(more.Options);
        }, iter: 100);

    [Fact]
    public void The_order_of_sources_changes_nothing() =>
        Expressions(2).List[2, 4].Sample(of => Assert.Equal(
            LicenceMixture.Of(LicencePolicy.Default, of.Select((e, i) => new LicencedSource($"s{i}", e, []))).Options.AsEnumerable(),
            LicenceMixture.Of(LicencePolicy.Default, of.AsEnumerable().Reverse().Select((e, i) => new LicencedSource($"s{i}", e, []))).Options.AsEnumerable()), iter: 80);

    [Fact]
    public void A_mixture_says_which_source_stands_in_the_way()
    {
        var mixture = LicenceMixture.Of(LicencePolicy.Default, [new("good", Parse("CC-BY-4.0"), []), new("scraped", Parse("CC-BY-NC-4.0"), [])]);
        Assert.Equal(Verdict.Accept, mixture.Allows(LicensedUses.Training));
        var refused = Assert.IsType<Verdict.Rejected>(mixture.Allows(LicensedUses.Training | LicensedUses.Commercial));
        Assert.Equal(LicenceChecks.Use, refused.Reason.Check);
        Assert.StartsWith("scraped", refused.Reason.Found, StringComparison.Ordinal);
        Assert.Equal("data.licence.use", Check(LicenceMixture.Of(LicencePolicy.Default, [new("a", Parse("CC-BY-SA-4.0"), []), new("b", Parse("ODbL-1.0"), [])]).Allows(LicensedUses.Derivatives)));
        Assert.Equal(Verdict.Accept, LicenceMixture.Of(LicencePolicy.Default, [new("a", Parse("CC-BY-SA-4.0"), []), new("b", Parse("ODbL-1.0 OR MIT"), [])]).Allows(LicensedUses.All));
        foreach (string nothing in (string[])["LicenseRef-x", "Company-1.0", "NOASSERTION", "Zend-2.0"])
            Assert.Equal("data.licence.use", Check(LicenceMixture.Of(LicencePolicy.Default, [new("x", Parse(nothing), [])]).Allows(LicensedUses.Training)));
    }

    [Fact]
    public void A_reservation_takes_training_away_and_a_permission_gives_none()
    {
        LicenceMixture With(string licence, OptOutAnswer answer) => LicenceMixture.Of(LicencePolicy.Default, [new("x", Parse(licence), [new("robots.txt", answer, "line 3", Sha256.Hash([]))])]);
        Assert.Equal("data.licence.use", Check(With("CC0-1.0", OptOutAnswer.Reserved).Allows(LicensedUses.Training)));
        Assert.Equal("data.licence.use", Check(With("CC0-1.0", OptOutAnswer.Constrained).Allows(LicensedUses.Training)));
        Assert.Equal(Verdict.Accept, With("CC0-1.0", OptOutAnswer.Reserved).Allows(LicensedUses.Redistribution));
        Assert.Equal("data.licence.use", Check(With("NOASSERTION", OptOutAnswer.Allowed).Allows(LicensedUses.Training)));
    }

    [Fact]
    public void The_policy_is_of_licences_on_the_list_and_ends_with_a_digest()
    {
        Assert.All(LicencePolicy.Default.Licences.Keys, id => Assert.Equal(id, SpdxList.Licence(id)));
        Assert.Equal(Sha256.Hash(LicencePolicy.Default.Bytes.Span), LicencePolicy.Default.Digest);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"version":"counterfoil/licence-policy/v2","licences":{}}""")]
    [InlineData("""{"version":"counterfoil/licence-policy/v1","licences":{"MIT":{"permits":["everything"],"duties":[]}}}""")]
    [InlineData("""{"version":"counterfoil/licence-policy/v1","licences":{"MIT":{"permits":[],"duties":[]},"mit":{"permits":[],"duties":[]}}}""")]
    [InlineData("""{"version":"counterfoil/licence-policy/v1","licences":{"MIT OR ISC":{"permits":[],"duties":[]}}}""")]
    [InlineData("""{"version":"counterfoil/licence-policy/v1","licences":{},"more":1}""")]
    public void A_policy_in_another_form_is_refused(string json) => Assert.Equal("data.licence.policy", Check(LicencePolicy.Decode(Encoding.UTF8.GetBytes(json), out _)));

    [Fact]
    public void A_stated_result_is_recomputed()
    {
        var mixture = LicenceMixture.Of(LicencePolicy.Default, [new("a", Parse("CC-BY-SA-4.0"), []), new("b", Parse("CC-BY-NC-4.0"), [new("tdmrep.json", OptOutAnswer.Reserved, "rule 1", Sha256.Hash([]))])]);
        using var signer = Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]);
        var report = LicenceReport.Of(Sha256.Hash("dataset"u8), mixture, "test");
        Assert.Equal(Verdict.Accept, LicenceReport.Decode(report.Sign("mixture", signer), out var read));
        Assert.Equal(Verdict.Accept, read!.Verify(LicencePolicy.Default));
        Assert.Equal("data.licence.result", Check((read with { Options = [new(["training"], [])] }).Verify(LicencePolicy.Default)));
        LicencePolicy.Decode("""{"version":"counterfoil/licence-policy/v1","licences":{}}"""u8.ToArray(), out var other);
        Assert.Equal("? data.licence.policy", Check(read.Verify(other!)));
        byte[] payload = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(report.Sign("mixture", signer).Payload.Span).Replace($"\"sha256\":\"{report.Dataset}\"", $"\"sha256\":\"{report.Policy}\"", StringComparison.Ordinal));
        Assert.Equal("data.licence.result", Check(LicenceReport.Decode(Envelope.Sign(StatementCodec.MediaType, payload, signer), out _)));
    }
}
