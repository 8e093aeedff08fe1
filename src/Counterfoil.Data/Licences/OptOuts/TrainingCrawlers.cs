using System.Collections.Immutable;

namespace Counterfoil.Data.Licences.OptOuts;

/// <summary>
/// Product tokens that their operators publish for crawlers that gather training data, or by which training on what another crawler fetched is refused. A reservation against one of them tells that a rightsholder does not want training,
/// whoever fetched the page.
/// </summary>
public static class TrainingCrawlers
{
    /// <summary>The tokens, in alphabetical order.</summary>
    public static ImmutableArray<string> Tokens { get; } =
    [
        "AI2Bot", "Amazonbot", "anthropic-ai", "Applebot-Extended", "Bytespider", "CCBot", "Claude-Web", "ClaudeBot", "cohere-ai", "cohere-training-data-crawler", "Diffbot", "FacebookBot", "Google-Extended", "GPTBot", "ICC-Crawler",
        "img2dataset", "Meta-ExternalAgent", "omgili", "omgilibot", "PanguBot", "Timpibot", "Webzio-Extended",
    ];
}
