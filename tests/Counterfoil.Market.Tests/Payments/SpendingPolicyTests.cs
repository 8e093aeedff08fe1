using Counterfoil.Evm;
using Counterfoil.Payments;
using Counterfoil.Payments.AspNetCore.Storage;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Policy;
using Counterfoil.Payments.X402;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Market.Tests.Payments;

public class SpendingPolicyTests
{
    static PaymentRequired Demand(params PaymentRequirements[] ways) => new()
    {
        Version = 2, Resource = new ResourceInfo { Url = "http://shop.test/infer" }, Accepts = ways, Extensions = ContextExtension.Announcement,
    };

    [Fact]
    public void What_the_policy_allows_is_chosen_with_the_buyers_own_knowledge_of_the_token()
    {
        var written = Fair.Terms.ToRequirements() with { Extra = Fair.Json("""{"name":"Test Dollar","version":"1"}""") };
        Fair.Policy.Choose(Demand(written), out var choice).ShouldAccept();
        Assert.Same(Fair.Dollar, choice!.Terms.Token);
        Assert.Same(written, choice.AsWritten);
    }

    [Fact]
    public void Ways_to_pay_that_are_not_understood_are_passed_over()
    {
        var solana = Fair.Terms.ToRequirements() with { Network = "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp", Asset = "USDC" };
        Fair.Policy.Choose(Demand(solana, solana with { Scheme = "upto" }, Fair.Terms.ToRequirements()), out var choice).ShouldAccept();
        Assert.Equal(Fair.Terms, choice!.Terms);
    }

    public static TheoryData<string, ExactTerms, Check> Unwanted => new()
    {
        { "payee", Fair.Terms with { PayTo = Fair.Buyer }, PaymentChecks.Payee },
        { "asset", Fair.Terms with { Token = Fair.Dollar with { Contract = Fair.Seller } }, PaymentChecks.Asset },
        { "chain", Fair.Terms with { Token = Fair.Dollar with { Network = new NetworkId(1) } }, PaymentChecks.Network },
        { "name", Fair.Terms with { Token = Fair.Dollar with { Name = "Best Dollar" } }, PaymentChecks.AssetDomain },
        { "version", Fair.Terms with { Token = Fair.Dollar with { Version = "2" } }, PaymentChecks.AssetDomain },
        { "decimals", Fair.Terms with { Token = Fair.Dollar with { Decimals = 2 } }, PaymentChecks.AssetDomain },
        { "amount", Fair.Terms with { Amount = new TokenAmount(1001) }, PaymentChecks.PolicyPerCall },
        { "validity", Fair.Terms with { MaxTimeoutSeconds = 601 }, PaymentChecks.Timeout },
    };

    [Theory, MemberData(nameof(Unwanted), DisableDiscoveryEnumeration = true)]
    public void A_402_that_differs_from_the_policy_is_refused_with_the_reason(string member, ExactTerms terms, Check check)
    {
        Assert.NotEmpty(member);
        Fair.Policy.Choose(Demand(terms.ToRequirements()), out var choice).ShouldRefuse(check);
        Assert.Null(choice);
    }

    [Fact]
    public void A_seller_that_does_not_bind_payments_to_requests_is_refused_unless_the_policy_allows_it()
    {
        var plain = Demand(Fair.Terms.ToRequirements()) with { Extensions = null };
        Fair.Policy.Choose(plain, out _).ShouldRefuse(PaymentChecks.Context);
        (Fair.Policy with { RequireContext = false }).Choose(plain, out _).ShouldAccept();
    }

    [Fact]
    public void A_402_without_ways_to_pay_is_refused() => Fair.Policy.Choose(Demand(), out _).ShouldRefuse(PaymentChecks.Scheme);

    static SignedPayment Payment(byte nonce, ulong units = 400) => new(Fair.Intent(nonce).Key, $"purchase {nonce}", Fair.Dollar, new TokenAmount(units), Fair.NoonSeconds + 60, "header");

    [Fact]
    public async Task Reservations_at_once_never_exceed_the_total()
    {
        using var file = Fair.Database();
        await using var database = PaymentDatabase.Open(file.Path);
        var purse = new SqlitePurse(database);
        var rule = new SpendingRule(Fair.Dollar, new TokenAmount(1000), new TokenAmount(2000));
        var verdicts = await Task.WhenAll(Enumerable.Range(1, 20).Select(i => purse.ReserveAsync(Payment((byte)i), rule, default).AsTask()));
        Assert.Equal(5, verdicts.Count(v => v.IsAccepted));
        Assert.All(verdicts.Where(v => !v.IsAccepted), v => v.ShouldRefuse(PaymentChecks.PolicyTotal));
        Assert.Equal(2000, await purse.CommittedAsync(Fair.Dollar, default) is { Units: var units } ? (int)(ulong)units : -1);
    }

    [Fact]
    public async Task A_refused_payment_counts_until_the_chain_shows_it_void_and_only_then_is_released()
    {
        using var file = Fair.Database();
        await using var database = PaymentDatabase.Open(file.Path);
        var purse = new SqlitePurse(database);
        await purse.ReserveAsync(Payment(1), Fair.Policy.Rules[0], default);
        purse.Note(Payment(1).Key, PaymentStage.Refused, null);
        Assert.Null(await purse.FindOpenAsync("purchase 1", Fair.NoonSeconds, default));
        Assert.Equal(new TokenAmount(400), await purse.CommittedAsync(Fair.Dollar, default));

        var early = new PayerView(default, NonceUsed: false, Fair.NoonSeconds + 59);
        (await purse.ReleaseAsync(Payment(1).Key, early, default)).ShouldRefuse(PaymentChecks.Expired);
        (await purse.ReleaseAsync(Payment(1).Key, early with { NonceUsed = true, BlockTime = Fair.NoonSeconds + 60 }, default)).ShouldRefuse(PaymentChecks.NonceUsed);
        (await purse.ReleaseAsync(Payment(1).Key, early with { BlockTime = Fair.NoonSeconds + 60 }, default)).ShouldAccept();
        Assert.Equal(TokenAmount.Zero, await purse.CommittedAsync(Fair.Dollar, default));
        Assert.False((await purse.ReleaseAsync(Payment(1).Key, early with { BlockTime = Fair.NoonSeconds + 60 }, default)).IsAccepted);
    }

    [Fact]
    public async Task An_open_payment_is_found_after_a_restart_until_it_expires()
    {
        using var file = Fair.Database();
        await using (var database = PaymentDatabase.Open(file.Path)) await new SqlitePurse(database).ReserveAsync(Payment(1), Fair.Policy.Rules[0], default);
        await using var again = PaymentDatabase.Open(file.Path);
        Assert.Equal(Payment(1), await new SqlitePurse(again).FindOpenAsync("purchase 1", Fair.NoonSeconds, default));
        Assert.Null(await new SqlitePurse(again).FindOpenAsync("purchase 1", Fair.NoonSeconds + 60, default));
        Assert.Null(await new SqlitePurse(again).FindOpenAsync("purchase 2", Fair.NoonSeconds, default));
    }

    [Fact]
    public void A_database_of_a_newer_version_is_refused_with_its_version()
    {
        using var file = Fair.Database();
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={file.Path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        }
        Assert.Contains("99", Assert.Throws<InvalidDataException>(() => PaymentDatabase.Open(file.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_in_words()
    {
        using var file = Fair.Database();
        File.WriteAllText(file.Path, new string('x', 5000));
        Assert.Contains("no database", Assert.Throws<InvalidDataException>(() => PaymentDatabase.Open(file.Path)).Message, StringComparison.Ordinal);
        Assert.Equal(5000, new FileInfo(file.Path).Length);
    }

    [Fact]
    public void Another_programs_database_is_refused_and_left_alone()
    {
        using var file = Fair.Database();
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={file.Path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA application_id = 7; CREATE TABLE theirs (a)";
            command.ExecuteNonQuery();
        }
        Assert.Contains("another program", Assert.Throws<InvalidDataException>(() => PaymentDatabase.Open(file.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_is_readable_by_its_owner_alone()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("skipped: Windows has no file modes");
        else
        {
            using var file = Fair.Database();
            await using var database = PaymentDatabase.Open(file.Path);
            await new SqlitePurse(database).ReserveAsync(Payment(1), Fair.Policy.Rules[0], default);
            foreach (string path in Directory.GetFiles(Path.GetDirectoryName(file.Path)!))
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public async Task A_database_that_others_could_read_is_its_owners_alone_once_it_is_open()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("skipped: Windows has no file modes");
        else
        {
            using var file = Fair.Database();
            await using (PaymentDatabase.Open(file.Path)) { }
            File.SetUnixFileMode(file.Path, (UnixFileMode)0b110_100_100);
            await using var database = PaymentDatabase.Open(file.Path);
            await new SqlitePurse(database).ReserveAsync(Payment(1), Fair.Policy.Rules[0], default);
            foreach (string path in Directory.GetFiles(Path.GetDirectoryName(file.Path)!))
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }
}
