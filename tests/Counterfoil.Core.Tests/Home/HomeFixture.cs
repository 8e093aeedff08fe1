using System.Security.Cryptography;
using Counterfoil.Core.Verdicts;
using Counterfoil.Home;

namespace Counterfoil.Core.Tests.Home;

/// <summary>A folder that goes away with its test, and what a home needs from outside.</summary>
public abstract class HomeFixture : IDisposable
{
    protected static readonly Argon2Cost Cheap = new(64, 1, 1);
    protected RandomNumberGenerator Random { get; } = new Seeded(1);
    readonly DirectoryInfo temporary = Directory.CreateTempSubdirectory("counterfoil-home-");

    protected string Root => Path.Combine(temporary.FullName, "home");

    protected HomeFolder Write(params StoreSchema[] stores)
    {
        var verdict = HomeFolder.OpenToWrite(Root, "the tests", TimeProvider.System, [KeyStore.Schema, .. stores], out var home);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        return home!;
    }

    protected HomeFolder Read()
    {
        var verdict = HomeFolder.OpenToRead(Root, [KeyStore.Schema], out var home);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        return home!;
    }

    protected KeyStore Keys(HomeFolder home, string passphrase = "")
    {
        var verdict = KeyStore.Open(home, passphrase, Random, out var keys, Cheap);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        return keys!;
    }

    public void Dispose()
    {
        temporary.Delete(recursive: true);
        Random.Dispose();
        GC.SuppressFinalize(this);
    }

    sealed class Seeded(int seed) : RandomNumberGenerator
    {
        readonly Random random = new(seed);
        public override void GetBytes(byte[] data) => random.NextBytes(data);
        public override void GetBytes(Span<byte> data) => random.NextBytes(data);
    }
}
