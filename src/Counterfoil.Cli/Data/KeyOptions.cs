using System.CommandLine;
using System.Security.Cryptography;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Signing;
using Counterfoil.Home;

namespace Counterfoil.Cli.Data;

/// <summary>A key of the home, by which a command signs what it found.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="Home">The home's folder.</param>
sealed record HomeKey(string Name, string Home)
{
    /// <summary>Signs with it; a key that is not there is made.</summary>
    public Envelope Sign(Func<Signer, Envelope> sign)
    {
        HomeFolder.OpenToWrite(Home, "counterfoil data", TimeProvider.System, [KeyStore.Schema], out var opened).Require();
        using var home = opened!;
        KeyStore.Open(home, Environment.GetEnvironmentVariable("COUNTERFOIL_PASSPHRASE"), RandomNumberGenerator.Create(), out var store).Require();
        using var keys = store!;
        keys.OpenOrCreateSigner(Name, SignatureAlgorithm.Ed25519, out var signer).Require();
        using (signer) return sign(signer!);
    }
}

/// <summary>The options <c>--key</c> and <c>--home</c>.</summary>
sealed class KeyOptions
{
    readonly Option<string?> key = new("--key") { Description = "Signs the statement with this key of the home, which is made where there is none; unsigned unless given" };
    readonly Option<string> home = new("--home") { Description = "The folder of keys", DefaultValueFactory = _ => HomeFolder.DefaultPath };

    public void AddTo(Command command)
    {
        command.Add(key);
        command.Add(home);
    }

    /// <summary>The key, or null: nobody signs.</summary>
    public HomeKey? Read(ParseResult parsed) => parsed.GetValue(key) is { } name ? new(name, parsed.GetValue(home)!) : null;
}
